using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tests.Allocations;

/// <summary>What a connection keeps on the managed heap that has been answered and waits for its next request.</summary>
[Collection(Alone.Name)]
public sealed class IdleMemoryTests
{
    private const int Connections = 400;
    private const int WarmUp = 20;
    private const int Tries = 4;

    /// <summary>
    /// How many bytes less than over Kestrel's sockets, at least: the server's own objects and the client's are the same over both. Raise
    /// a number when the difference grows. Over TLS stock's own differs by 450 from run to run.
    /// </summary>
    [Theory]
    [InlineData(false, 1500)]
    [InlineData(true, 2800)]
    public async Task Connection_AnsweredOnce_HoldsLessThanStock(bool tls, int less)
    {
        var (ours, stock) = (double.MaxValue, 0.0);

        // Either side differs with what pools and caches hold at the time, stock's by as much as 3,000 on a busy machine. What connections
        // hold is there every time.
        for (var i = 0; i < Tries && ours > stock - less; i++)
        {
            ours = await BytesPerConnectionAsync(TransportKind.Aeronet, tls);
            stock = await BytesPerConnectionAsync(TransportKind.Sockets, tls);
            TestContext.Current.TestOutputHelper?.WriteLine($"managed bytes per idle connection and its client: {ours:0} over Aeronet, {stock:0} over Kestrel's sockets");
        }

        Assert.InRange(ours, 0, stock - less);
    }

    private static async Task<double> BytesPerConnectionAsync(TransportKind transport, bool tls)
    {
        using var certificate = tls ? TestCertificate.Create() : null;
        await using var host = await BareHost.StartAsync(
            transport,
            static options => options.StallThreshold = TimeSpan.FromSeconds(10),
            listen => Secure(listen, transport, certificate),
            app => app.Run(static context => context.Response.WriteAsync("Hello, World!")));
        var idle = new List<IDisposable>(Connections + WarmUp);
        try
        {
            await ConnectAsync(host, tls, idle, WarmUp);
            var before = Live();
            await ConnectAsync(host, tls, idle, Connections);
            return (double)(Live() - before) / Connections;
        }
        finally
        {
            idle.ForEach(static connection => connection.Dispose());
        }
    }

    private static void Secure(ListenOptions listen, TransportKind transport, X509Certificate2? certificate)
    {
        if (certificate is not null && transport == TransportKind.Aeronet)
            listen.UseAeronetTls(certificate);
        else if (certificate is not null)
            listen.UseHttps(certificate);
    }

    private static async Task ConnectAsync(BareHost host, bool tls, List<IDisposable> idle, int count)
    {
        var answer = new byte[1024];
        for (var i = 0; i < count; i++)
        {
            var client = new TcpClient();
            idle.Add(client);
            await client.ConnectAsync(host.EndPoint);
            Stream stream = client.GetStream();
            if (tls)
            {
                var secure = new SslStream(stream, leaveInnerStreamOpen: false, static (_, certificate, _, _) => certificate is not null);
                idle.Add(secure);
                await secure.AuthenticateAsClientAsync("localhost");
                stream = secure;
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            var received = 0;
            while (!Encoding.ASCII.GetString(answer, 0, received).EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
            {
                var more = await stream.ReadAsync(answer.AsMemory(received)).AsTask().OrTimeout("the answer");
                Assert.NotEqual(0, more);
                received += more;
            }
        }
    }

    private static long Live()
    {
        // Finalizers let go of more.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
