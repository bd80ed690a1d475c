using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>openssl s_client, which keeps its session in a file and comes back with it to any server.</summary>
internal sealed class TicketClient(string version) : IDisposable
{
    private const string Request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"aeronet-ticket-{Guid.NewGuid():N}.pem");
    private int _resumed;
    private int _asked;

    public string HitRatio => $"{_resumed} of {_asked} resumed";

    /// <summary>The first 16 bytes of the ticket that was shown last: the name of its key (RFC 5077, section 4).</summary>
    public string KeyName { get; private set; } = "";

    /// <summary>All that was printed of the last connection.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Connects, with the session if there is one, and keeps the newest; whether it was resumed.</summary>
    public Task<bool> ConnectAsync(KestrelHost host, params string[] arguments) => ConnectAsync(host.Port, arguments);

    /// <inheritdoc cref="ConnectAsync(KestrelHost, string[])"/>
    public async Task<bool> ConnectAsync(int port, params string[] arguments)
    {
        string[] resume = File.Exists(_path) ? ["-sess_in", _path] : [];
        var output = await OpensslClient.RunAsync(port, [$"-{version}", .. arguments, .. resume, "-sess_out", _path], Request);
        Assert.Contains("HTTP/1.1 200", output, StringComparison.Ordinal);
        Output = output;
        KeyName = Regex.Match(output, "0000 - ([0-9a-f -]{47})").Groups[1].Value;
        var resumed = output.Contains("Reused, ", StringComparison.Ordinal);
        _asked += resume.Length == 0 ? 0 : 1;
        _resumed += resumed ? 1 : 0;
        return resumed;
    }

    public void Dispose() => File.Delete(_path);
}
