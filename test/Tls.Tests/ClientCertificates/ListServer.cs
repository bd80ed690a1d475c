using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>An authority's web server, which publishes a revocation list and goes down when a test wants.</summary>
internal sealed class ListServer : IAsyncDisposable
{
    private KestrelHost _host = null!;
    private volatile byte[]? _list;
    private int _asked;
    private int _unchanged;

    /// <summary>What is published; null answers 503.</summary>
    public byte[]? List
    {
        get => _list;
        set => _list = value;
    }

    public int Asked => Volatile.Read(ref _asked);

    public int Unchanged => Volatile.Read(ref _unchanged);

    public string Url => $"http://127.0.0.1:{_host.Port}/clients.crl";

    public static async Task<ListServer> StartAsync(byte[]? list)
    {
        var server = new ListServer { List = list };
        server._host = await KestrelHost.StartAsync(TransportKind.Sockets, new KestrelHostOptions { App = app => app.Run(server.AnswerAsync) });
        return server;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _asked);
        if (_list is not { } list)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        var tag = $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(list))}\"";
        context.Response.Headers.ETag = tag;
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            Interlocked.Increment(ref _unchanged);
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = "application/pkix-crl";
        await context.Response.Body.WriteAsync(list);
    }
}
