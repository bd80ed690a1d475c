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
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 0; i < Connections; i++)
                await ConnectAsync();

            // Less than nothing where other tests' garbage went meanwhile.
            var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Connections;
            Assert.True(each <= MostForEach, $"each connection keeps {each} bytes");
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
}
