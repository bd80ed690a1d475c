using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>A responder that answers what a test says.</summary>
internal sealed class FakeResponder : IAsyncDisposable
{
    private readonly KestrelHost _host;
    private volatile Func<HttpContext, Task> _answer = context =>
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    };

    private int _asked;

    private FakeResponder(KestrelHost host) => _host = host;

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public string Address => $"http://127.0.0.1:{_host.Port}/ocsp";

    public static async Task<FakeResponder> StartAsync()
    {
        FakeResponder? responder = null;
        var host = await KestrelHost.StartAsync(TransportKind.Sockets, new KestrelHostOptions { App = app => app.Run(context => responder!.AnswerAsync(context)) });
        return responder = new FakeResponder(host);
    }

    public void Answer(Func<HttpContext, Task> answer) => _answer = answer;

    public void Answer(Func<byte[]> body) => Answer(context => context.Response.Body.WriteAsync(body()).AsTask());

    public void Answer(byte[] body) => Answer(() => body);

    /// <summary>Good from the time it is asked on, by a clock.</summary>
    public void AnswerGood(StapleAuthority authority, X509Certificate2 certificate, TimeProvider time, TimeSpan life) =>
        Answer(() => OcspResponses.Make(authority.Certificate, certificate, time.GetUtcNow(), time.GetUtcNow() + life));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _asked);
        using var request = new MemoryStream();
        await context.Request.Body.CopyToAsync(request);
        Assert.Equal("POST", context.Request.Method);
        Assert.Equal("application/ocsp-request", context.Request.ContentType);
        Assert.NotEqual(0, request.Length);
        await _answer(context);
    }
}
