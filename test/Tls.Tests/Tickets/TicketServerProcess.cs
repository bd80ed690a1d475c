using System.Globalization;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>A server in a process of its own, which shares its port with others (SO_REUSEPORT).</summary>
internal static class TicketServerProcess
{
    /// <param name="port">The port, which others may have too.</param>
    /// <param name="skew">How far the server's clock is ahead.</param>
    /// <param name="settings">Of <c>Aeronet:Tls:SessionTickets:Keys</c>; <c>Redis</c> is the port of one.</param>
    public static Task<ChildServer> StartAsync(int port, TimeSpan skew, params (string Name, string Value)[] settings) => ChildServer.StartAsync(
        typeof(ProcessTests),
        nameof(ProcessTests.Serve),
        [.. settings.Append(("Port", port.ToString(CultureInfo.InvariantCulture))).Append(("Skew", skew.ToString())).Select(setting => ($"Test{setting.Item1}", setting.Item2))]);

    /// <summary>In that process: serves what the environment says.</summary>
    public static async Task ServeAsync()
    {
        var port = int.Parse(Setting("Port")!, CultureInfo.InvariantCulture);
        await using var host = await TicketServers.StartAsync(
            tls =>
            {
                var tickets = tls.SessionTickets;
                tickets.Rotation = ProcessTests.Rotation;
                tickets.Keys.Source = Enum.Parse<SessionTicketKeySource>(Setting("Source")!);
                tickets.Keys.Secret = Setting("Secret");
                tickets.Keys.PollInterval = TimeSpan.FromSeconds(1);
            },
            new SkewedTime(TimeSpan.Parse(Setting("Skew")!, CultureInfo.InvariantCulture)),
            services =>
            {
                if (Setting("Redis") is { } redis)
                    TicketServers.AddRedis(services, redis);
            },
            port: port);
        await ChildServer.SayAsync("serving");
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable($"Test{name}");

    private sealed class SkewedTime(TimeSpan skew) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + skew;
    }
}
