using System.Formats.Asn1;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
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
        Output = output;
        Assert.Contains("HTTP/1.1 200", output, StringComparison.Ordinal);
        KeyName = Regex.Match(output, "0000 - ([0-9a-f -]{47})").Groups[1].Value;
        var resumed = output.Contains("Reused, ", StringComparison.Ordinal);
        _asked += resume.Length == 0 ? 0 : 1;
        _resumed += resumed ? 1 : 0;
        return resumed;
    }

    /// <summary>Changes an element of the session that it keeps, in its place.</summary>
    /// <param name="number">Its number (SSL_SESSION_ASN1 in OpenSSL's source): 1 the time, 10 the ticket.</param>
    /// <param name="change">Gets the bytes of the value.</param>
    public void Change(int number, Action<Span<byte>> change)
    {
        var text = File.ReadAllText(_path);
        var pem = PemEncoding.Find(text);
        var der = Convert.FromBase64String(text[pem.Base64Data]);
        var elements = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
        var tag = new Asn1Tag(TagClass.ContextSpecific, number, isConstructed: true);
        while (elements.PeekTag() != tag)
        {
            elements.ReadEncodedValue();
        }

        var element = elements.PeekContentBytes();
        AsnDecoder.ReadEncodedValue(element.Span, AsnEncodingRules.BER, out var offset, out var length, out _);
        Assert.True(MemoryMarshal.TryGetArray(element.Slice(offset, length), out var value));
        change(value.AsSpan());
        File.WriteAllText(_path, PemEncoding.WriteString(text[pem.Label], der));
    }

    public void Dispose() => File.Delete(_path);
}
