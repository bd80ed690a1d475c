using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.Health;

/// <summary>The port that probes have for themselves. That it answers while all else is blocked is in the stress tests.</summary>
public sealed class HealthPortTests
{
    [Theory]
    [InlineData("GET /livez HTTP/1.1", "HTTP/1.1 200 OK", "Healthy")]
    [InlineData("GET /readyz?verbose HTTP/1.0", "HTTP/1.1 200 OK", "Healthy")]
    [InlineData("GET /startupz HTTP/1.1", "HTTP/1.1 200 OK", "Healthy")]
    [InlineData("HEAD /livez HTTP/1.1", "HTTP/1.1 200 OK", "")]
    [InlineData("GET /other HTTP/1.1", "HTTP/1.1 404 Not Found", "")]
    [InlineData("POST /livez HTTP/1.1", "HTTP/1.1 405 Method Not Allowed", "")]
    [InlineData("nonsense", "HTTP/1.1 400 Bad Request", "")]
    public async Task Request_Answered(string line, string status, string body)
    {
        var port = TestPorts.Next();
        await using var host = await StartAsync(port);

        var answer = await AskAsync(port, $"{line}\r\nHost: localhost\r\n\r\n");

        Assert.StartsWith(status + "\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + body, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientsThatSendNothingOrTooMuch_ClosedAndTheNextIsAnswered()
    {
        var port = TestPorts.Next();
        await using var host = await StartAsync(port);
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, port);

        var tooMuch = await AskAsync(port, "GET /livez HTTP/1.1\r\nX: " + new string('x', 20_000));
        var next = await AskAsync(port, "GET /livez HTTP/1.1\r\n\r\n");

        Assert.Empty(tooMuch);
        Assert.StartsWith("HTTP/1.1 200 OK", next, StringComparison.Ordinal);
        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1]).AsTask().OrTimeout("the silent client to be closed"));
    }

    [Fact]
    public async Task ManySilentClients_TheNextIsAnsweredWithoutAllOfTheirTime()
    {
        var port = TestPorts.Next();
        await using var host = await StartAsync(port);
        var silent = new List<TcpClient>();
        for (var i = 0; i < 20; i++)
        {
            silent.Add(new TcpClient());
            await silent[^1].ConnectAsync(IPAddress.Loopback, port);
        }

        // One after the other they would take 40 s.
        var start = Stopwatch.GetTimestamp();
        var answer = await AskAsync(port, "GET /livez HTTP/1.1\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(25));
        silent.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task PortTaken_HandOver_StartsAndListensWhenThePortIsFree()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var directory = Directory.CreateTempSubdirectory("aeronet-health");
        try
        {
            await using var host = await StartAsync(port, options => options.HandOver = Path.Combine(directory.FullName, "handover.sock"));
            Assert.Single(host.Logs.Entries, entry => entry.EventId.Name == "HealthPortTaken");

            other.Stop();
            await Eventually.HoldsAsync(() => host.Logs.Entries.Any(entry => entry.EventId.Name == "HealthPortListening"), "the port to be listened on");

            Assert.StartsWith("HTTP/1.1 200 OK", await AskAsync(port, "GET /livez HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task PortTaken_StartFailsAndNamesTheKey()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(port));

        Assert.StartsWith($"Aeronet:Health:Port is {port}", Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    private static Task<KestrelHost> StartAsync(int port, Action<AeronetTransportOptions>? transport = null) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Builder = builder => builder.Services.AddAeronetHealth(options => options.Port = port),
        Transport = transport,
        App = app => app.Run(context => context.Response.WriteAsync("ok")),
    });

    /// <summary>The whole answer; empty where the connection is closed or reset without one.</summary>
    private static async Task<string> AskAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
            using var answer = new MemoryStream();
            await stream.CopyToAsync(answer).OrTimeout("the answer");
            return Encoding.ASCII.GetString(answer.ToArray());
        }
        catch (IOException)
        {
            return "";
        }
    }
}
