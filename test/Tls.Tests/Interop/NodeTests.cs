using System.Globalization;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Interop;

/// <summary>Node.js (package nodejs).</summary>
public sealed class NodeTests
{
    /// <summary>Two requests of which the second resumes, each to the end of the stream; an end without close_notify would be an error.</summary>
    private const string Https = """
        const https = require('https');
        const [port, version] = process.argv.slice(1);
        const agent = new https.Agent({ keepAlive: false, maxVersion: version, minVersion: version });
        function get(next) {
          https.get({ port, host: '127.0.0.1', agent, rejectUnauthorized: false, servername: 'localhost' }, response => {
            const socket = response.socket;
            let length = 0;
            response.on('data', chunk => length += chunk.length);
            response.on('end', () => {
              console.log(response.statusCode, length, socket.getProtocol(), socket.isSessionReused());
              next();
            });
          }).on('error', error => { console.log(String(error)); process.exit(1); });
        }
        get(() => setTimeout(() => get(() => {}), 100));
        """;

    private const string Http2 = """
        const http2 = require('http2');
        const client = http2.connect(`https://127.0.0.1:${process.argv[1]}`, { rejectUnauthorized: false });
        client.on('error', error => { console.log(String(error)); process.exit(1); });
        let left = 50, total = 0;
        for (let i = 0; i < 50; i++) {
          const stream = client.request({ ':path': '/' });
          stream.on('data', chunk => total += chunk.length);
          stream.on('end', () => { if (--left === 0) { console.log(client.alpnProtocol, total); client.close(); } });
          stream.end();
        }
        """;

    [Theory]
    [InlineData("TLSv1.2")]
    [InlineData("TLSv1.3")]
    public async Task Https_TwoRequests_SecondResumes(string version)
    {
        const int Length = 500_000;
        await using var host = await TlsHost.StartAsync(context => Pattern.WriteAsync(context.Response.Body, Length));

        var result = await RunAsync(host, Https, version);

        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal([$"200 {Length} {version} false", $"200 {Length} {version} true"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Http2_ManyStreams_AllAnswered()
    {
        const int Length = 100_000;
        await using var host = await TlsHost.StartAsync(context => Pattern.WriteAsync(context.Response.Body, Length));

        var result = await RunAsync(host, Http2);

        Assert.True(result is { ExitCode: 0 } && result.Output.Trim() == $"h2 {50 * Length}", $"{result}");
    }

    private static Task<ExternalToolResult> RunAsync(KestrelHost host, string script, params string[] arguments)
        => Peer.RunAsync("node", ["-e", script, host.Port.ToString(CultureInfo.InvariantCulture), .. arguments]);
}
