using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>A server whose machine's clock is set: a day ahead, and two days back.</summary>
public sealed class ClockJumpTests : IDisposable
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly FakeClock _clock = new();
    private readonly string _ticket = Path.Combine(Path.GetTempPath(), $"aeronet-clock-{Guid.NewGuid():N}.pem");

    public void Dispose()
    {
        _clock.Dispose();
        File.Delete(_ticket);
    }

    [Fact]
    public async Task Clock_SetADayAheadAndTwoBack_NothingTimesOutAndDateFollows()
    {
        ExternalTool.Require("openssl");
        await using var server = await FaultServer.StartAsync(_clock.Condition);
        using var kept = await RawClient.ConnectAsync(server.Http);
        using var keptTls = new SslStream(new NetworkStream(Connect(server), ownsSocket: true));
        await keptTls.AuthenticateAsClientAsync(TlsParties.Client(SslProtocols.Tls13)).OrTimeout("the handshake");
        await ShowsAsync(kept, TimeSpan.Zero);
        await AskAsync(keptTls);
        foreach (var ahead in (TimeSpan[])[s_day, -s_day])
        {
            // Each in the middle of something that has a limit of time: headers, and a handshake.
            using var begun = await RawClient.ConnectAsync(server.Http);
            await begun.SendAsync("GET /plain HTTP/1.1\r\nHo");
            using var shaking = new SslStream(new NetworkStream(Connect(server), ownsSocket: true));
            await Eventually.HoldsAsync(() => server.AskAsync().GetAwaiter().GetResult() == 4, "the connections to be accepted");

            _clock.Set(ahead);
            await ShowsAsync(kept, ahead);
            await AskAsync(keptTls);
            await begun.SendAsync("st: localhost\r\n\r\n");
            Assert.Equal(200, (await begun.ReadResponseAsync()).StatusCode);
            await shaking.AuthenticateAsClientAsync(TlsParties.Client(SslProtocols.Tls13)).OrTimeout("the handshake that began before");
            await AskAsync(shaking);

            // A session of before may have ended by this clock. The next is of now, and goes on.
            await ResumesAsync(server);
            Assert.True(await ResumesAsync(server), $"A session of now is not resumed with the clock at {ahead}.");
            begun.Dispose();
            await shaking.DisposeAsync();
            await Eventually.HoldsAsync(() => server.AskAsync().GetAwaiter().GetResult() == 2, "the others to be closed");
        }
    }

    /// <summary>Both what the application sees and what clients are told follow the clock, on one connection all the time.</summary>
    private static async Task ShowsAsync(RawClient kept, TimeSpan ahead)
    {
        var (seen, told) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        for (var tries = 0; tries < 300 && !(IsAhead(seen) && IsAhead(told)); tries++)
        {
            if (tries > 0)
                await Task.Delay(100);

            await kept.SendAsync("GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n");
            var response = await kept.ReadResponseAsync();
            Assert.Equal(200, response.StatusCode);
            seen = DateTimeOffset.FromUnixTimeSeconds(long.Parse(response.Text, CultureInfo.InvariantCulture));
            told = DateTimeOffset.Parse(response["Date"]!, CultureInfo.InvariantCulture);
        }

        Assert.True(IsAhead(seen), $"The application sees {seen}, and is to see {DateTimeOffset.UtcNow + ahead}.");
        Assert.True(IsAhead(told), $"Date is {told}, and is to be {DateTimeOffset.UtcNow + ahead}.");

        bool IsAhead(DateTimeOffset time) => (time - DateTimeOffset.UtcNow - ahead).Duration() < TimeSpan.FromHours(1);
    }

    private static Socket Connect(FaultServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server.Https);
        return socket;
    }

    private static async Task AskAsync(SslStream client)
    {
        await client.WriteAsync("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        var (buffer, length) = (new byte[4096], 0);
        while (!Encoding.Latin1.GetString(buffer, 0, length).EndsWith("Hello, World!", StringComparison.Ordinal))
        {
            var received = await client.ReadAsync(buffer.AsMemory(length)).AsTask().OrTimeout("the answer");
            Assert.NotEqual(0, received);
            length += received;
        }

        Assert.StartsWith("HTTP/1.1 200 ", Encoding.Latin1.GetString(buffer, 0, length), StringComparison.Ordinal);
    }

    /// <summary>Asks with the session that there is, and keeps the one that it gets.</summary>
    private async Task<bool> ResumesAsync(FaultServer server)
    {
        string[] session = File.Exists(_ticket) ? ["-sess_in", _ticket] : [];
        var said = await OpensslClient.RunAsync(
            server.Https.Port, ["-tls1_3", "-ign_eof", .. session, "-sess_out", _ticket], "GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Contains("HTTP/1.1 200", said, StringComparison.Ordinal);
        return said.Contains("Reused, ", StringComparison.Ordinal);
    }
}
