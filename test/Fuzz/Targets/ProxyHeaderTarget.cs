using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.ProxyProtocol;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// A PROXY protocol header of either version. Whatever is said of some bytes is said of every stream that begins with them, in whatever
/// pieces it comes; a header is no longer than it may be; a line written again reads as itself; values are those that the bytes hold.
/// </summary>
internal sealed class ProxyHeaderTarget : IFuzzTarget
{
    private const int MostCuts = 300;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    public string Name => "proxy-header";

    public IEnumerable<byte[]> Seeds =>
    [
        "\0PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\nGET / HTTP/1.1\r\n"u8.ToArray(),
        "\0PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 1 65535\r\n"u8.ToArray(),
        "\u0001PROXY UNKNOWN anything at all\r\n"u8.ToArray(),
        [0, .. Signature, 0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 7, 0, 80, 1, 187],
        [0, .. Signature, 0x21, 0x21, 0, 48, .. new byte[36], 1, 0, 2, .. "h2"u8, 2, 0, 4, .. "host"u8],
        [0, .. Signature, 0x21, 0x11, 0, 32, .. new byte[12], 0x20, 0, 13, 5, 0, 0, 0, 0, 0x22, 0, 5, .. "alice"u8, 4, 0, 1, 0],
        [2, .. Signature, 0x20, 0, 0, 0],
        [0, .. Signature, 0x21, 0x11, 0, 19, .. new byte[12], 3, 0, 4, .. new byte[4]],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        var longest = fields.OneOf(ProxyBlock.MaxLength, 536, 16);
        var bytes = fields.Rest.ToArray();

        var meter = Meter.Start();
        var parsed = ProxyHeaderParser.Parse(bytes, longest);
        meter.StopLinear(nameof(ProxyHeaderParser), bytes.Length, steps: 100, bytes: 300);

        CheckPrefixes(parsed, bytes, longest);
        if (parsed.Header is not { } header)
            return;

        Must.Hold(parsed.Length > 0 && parsed.Length <= bytes.Length, "a header is within the bytes");
        Must.Hold(header.Version == 1 ? parsed.Length <= ProxyLine.MaxLength : parsed.Length <= longest, "a header is no longer than it may be");
        Must.Equal(header.Source is null, header.Destination is null, "whether there is a destination");
        CheckValues(header, bytes.AsSpan(0, parsed.Length));
        CheckWrittenAgain(header, longest);
    }

    private static void CheckPrefixes(ProxyParse whole, byte[] bytes, int longest)
    {
        var step = Math.Max(1, bytes.Length / MostCuts);
        for (var cut = 0; cut < bytes.Length; cut += step)
        {
            var prefix = ProxyHeaderParser.Parse(bytes.AsSpan(0, cut), longest);
            if (!prefix.IsIncomplete)
                MustBeSame(prefix, whole, "what is said of the beginning is said of the whole");

            Must.Hold(whole.Header is null || cut >= whole.Length || prefix.IsIncomplete, "a header that is not whole is incomplete");
        }

        for (var cut = 0; cut <= bytes.Length; cut += Math.Max(1, bytes.Length / 24))
            MustBeSame(ProxyHeaderParser.Parse(Pieces.Of(bytes, cut, cut + 3, cut + 14), longest), whole, "a header is the same in pieces");
    }

    private static void MustBeSame(ProxyParse one, ProxyParse other, string what)
    {
        Must.Hold(
            one.Refusal == other.Refusal && one.Length == other.Length && one.IsIncomplete == other.IsIncomplete
            && Equals(one.Header?.Source, other.Header?.Source) && Equals(one.Header?.Destination, other.Header?.Destination)
            && one.Header?.Authority == other.Header?.Authority && one.Header?.Tlvs.Count == other.Header?.Tlvs.Count,
            what);
    }

    private static void CheckValues(ProxyHeader header, ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        foreach (var value in header.Tlvs)
            length += 3 + value.Value.Length;

        Must.Hold(length <= bytes.Length, "values are within the header");
        foreach (var known in (ReadOnlySpan<byte>)[1, 2, 3, 5, 0x20, 0x30])
            Must.Hold(header.Tlvs.Count(value => value.Type == known) <= 1, "what may come once comes once");

        if (header.Authority is { } authority)
            Must.Hold(Encoding.UTF8.GetBytes(authority).AsSpan().SequenceEqual(header.Tlvs.Single(value => value.Type == 2).Value.Span), "a name is what the bytes say");

        if (header.HasChecksum)
            Must.Hold(Crc32C.IsRight(bytes, header.Values.ChecksumOffset), "a checksum is right");

        if (header.Tls is { } tls)
        {
            Must.Hold(!tls.IsClientCertificateVerified || tls.HasClientCertificate, "who has no certificate has none that is verified");
            Must.Hold(!tls.IsClientCertificateOfConnection || tls.HasClientCertificate, "a certificate of the connection is one");
        }
    }

    private static void CheckWrittenAgain(ProxyHeader header, int longest)
    {
        if (header.Source is not IPEndPoint source || header.Destination is not IPEndPoint destination)
            return;

        if (header.Version == 1)
        {
            var family = source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "TCP4" : "TCP6";
            var line = Encoding.ASCII.GetBytes($"PROXY {family} {source.Address} {destination.Address} {source.Port} {destination.Port}\r\n");
            var again = ProxyHeaderParser.Parse(line, longest);
            Must.Hold(again.Length == line.Length && source.Equals(again.Header?.Source) && destination.Equals(again.Header?.Destination), "a line written again reads as itself");
            return;
        }

        byte[] addresses = [.. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes(), .. Port(source), .. Port(destination)];
        byte[] block = [.. Signature, 0x21, (byte)(addresses.Length == 12 ? 0x11 : 0x21), 0, (byte)addresses.Length, .. addresses];
        var written = ProxyHeaderParser.Parse(block, ProxyBlock.MaxLength).Header;
        Must.Hold(source.Equals(written?.Source) && destination.Equals(written?.Destination), "a block written again reads as itself");
        Must.Equal(ProxyProtocolCommand.Proxy, header.Command);
    }

    private static byte[] Port(IPEndPoint endPoint)
    {
        var port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)endPoint.Port);
        return port;
    }
}
