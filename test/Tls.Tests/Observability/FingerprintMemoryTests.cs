using System.Net.Security;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>What a connection keeps of its client's first message.</summary>
[Collection(Alone.Name)]
public sealed class FingerprintMemoryTests
{
    private const int Connections = 40;
    private const int MostForEach = 40 * 1024;
    private const int Rounds = 4;

    [Fact]
    public async Task LongHello_NotKept()
    {
        List<SslApplicationProtocol> protocols = [new("http/1.1"), .. Enumerable.Range(0, 240).Select(i => new SslApplicationProtocol(new string((char)('a' + (i % 26)), 250)))];
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls => tls.Fingerprints = true);
        var clients = new List<TlsClient>();
        try
        {
            await ConnectAsync();
            await ConnectAsync();

            // What the process makes and drops besides is not the same each time, and may be less than nothing; what connections keep is.
            var rounds = new List<long>();
            do
            {
                var before = Held();
                for (var i = 0; i < Connections; i++)
                    await ConnectAsync();

                rounds.Add((Held() - before) / Connections);
            }
            while (rounds[^1] > MostForEach && rounds.Count < Rounds);

            Assert.True(rounds[^1] <= MostForEach, $"each connection keeps {string.Join(", ", rounds)} bytes");
        }
        finally
        {
            foreach (var client in clients)
                await client.DisposeAsync();
        }

        async Task ConnectAsync()
        {
            var client = await TlsClient.ConnectAsync(host, options => options.ApplicationProtocols = protocols);
            clients.Add(client);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await client.ReadUntilAsync("ok");
        }
    }

    // With what finalizers hold of what is gone.
    private static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
