using System.Globalization;
using System.Security.Authentication;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.Tls;

/// <summary>
/// The loop reads a connection while other threads write to it. An SSL object bears one thread at a time; in builds with
/// asserts the process ends where two are in one.
/// </summary>
public sealed class DuplexTests
{
    private const int Length = 24 * 1024 * 1024;
    private const int Clients = 4;

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Connection_ReadAndWrittenAtOnce_EveryByteArrives(SslProtocols version)
    {
        await using var server = await StressServer.StartAsync(2, new KestrelHostOptions
        {
            App = app => app.MapPost("/", (RequestDelegate)HandleAsync),
            Listen = listen => listen.UseAeronetTls(TlsParties.Certificate),
            Kestrel = kestrel => kestrel.Limits.MaxRequestBodySize = Length,
        });
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using var client = new BlockingClient(server.EndPoint, verifyPattern: true, tls: TlsParties.Client(version));
            client.Send($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Length}\r\n\r\n");
            var sending = BlockingClient.RunAsync(() => client.Send(Pattern.Bytes(Length)));
            await BlockingClient.RunAsync(() => Assert.Equal(200, client.ReceiveResponse()));
            await sending;
        })).OrTimeout("both directions", TimeSpan.FromSeconds(60));
        await server.StopCleanlyAsync();
    }

    private static async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentLength = Length;
        var writing = Task.Run(() => Pattern.WriteAsync(context.Response.Body, Length, step: 10_000));
        var received = await Pattern.VerifyAsync(context.Request.Body);
        await writing;
        if (received != Length)
            throw new InvalidDataException(received.ToString(CultureInfo.InvariantCulture));
    }
}
