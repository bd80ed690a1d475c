using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Aeronet.AspNetCore.Transport.ProxyProtocol;
using CsCheck;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>What bytes are a header, and what they say, in however many pieces they come.</summary>
public sealed class HeaderParserTests
{
    private const int MaxLength = 16_384;

    public static TheoryData<string> Good => [.. HeaderTable.Good.Keys];

    public static TheoryData<string> Malformed => [.. HeaderTable.Malformed.Keys];

    [Theory, MemberData(nameof(Good))]
    public void Header_SplitAnywhere_SaysTheSame(string name)
    {
        var (bytes, source) = HeaderTable.Good[name];
        byte[] stream = [.. bytes, .. "GET / HTTP/1.1\r\n\r\n"u8];

        // A long one is as any other after its fixed part.
        foreach (var split in Enumerable.Range(0, bytes.Length).Where(at => at < 400 || at > bytes.Length - 100))
        {
            Assert.True(ProxyHeaderParser.Parse(new ReadOnlySequence<byte>(bytes, 0, split), MaxLength).IsIncomplete, $"{split} bytes");
            Assert.True(ProxyHeaderParser.Parse(Pieces(bytes[..split], split / 2), MaxLength).IsIncomplete, $"{split} bytes in pieces");
            Check(ProxyHeaderParser.Parse(Pieces(stream, split), MaxLength));
        }

        Check(ProxyHeaderParser.Parse(new ReadOnlySequence<byte>(stream), MaxLength));
        Check(ProxyHeaderParser.Parse(new ReadOnlySequence<byte>(bytes), MaxLength));

        void Check(ProxyParse parsed)
        {
            Assert.Equal(bytes.Length, parsed.Length);
            Assert.Equal(source, parsed.Header!.Source?.ToString());
            Assert.Equal(source is null, parsed.Header.Destination is null);
            Assert.Equal(name.StartsWith("v1", StringComparison.Ordinal) ? 1 : 2, parsed.Header.Version);
            Assert.Equal(name.Contains("local", StringComparison.Ordinal), parsed.Header.Command == ProxyProtocolCommand.Local);
            Assert.Equal(name.Contains("udp", StringComparison.Ordinal), parsed.Header.IsDatagram);
        }
    }

    [Theory, MemberData(nameof(Malformed))]
    public void Malformed_SplitAnywhere_HasOneReason(string name)
    {
        var (bytes, reason) = HeaderTable.Malformed[name];
        var decided = false;
        for (var count = 0; count <= bytes.Length; count++)
        {
            var parsed = ProxyHeaderParser.Parse(new ReadOnlySequence<byte>(bytes, 0, count), MaxLength);
            Assert.Null(parsed.Header);
            Assert.False(decided && parsed.IsIncomplete, $"it was decided before byte {count}");
            decided |= !parsed.IsIncomplete;
            if (decided)
                Assert.Equal(reason, NameOf(parsed.Refusal));

            Assert.Equal(parsed.Refusal, ProxyHeaderParser.Parse(Pieces(bytes[..count], count / 2), MaxLength).Refusal);
            Assert.Equal(reason, NameOf(ProxyHeaderParser.Parse(Pieces(bytes, count), MaxLength).Refusal));
        }

        Assert.True(decided);
    }

    [Fact]
    public void EveryReasonOfTheParser_IsInTheTable()
    {
        ProxyRefusal[] ofTheConnection = [ProxyRefusal.None, ProxyRefusal.UntrustedPeer, ProxyRefusal.Timeout, ProxyRefusal.Truncated];

        Assert.Equal(
            Enum.GetValues<ProxyRefusal>().Except(ofTheConnection).Select(NameOf).Order(),
            HeaderTable.Malformed.Values.Select(header => header.Reason).Distinct().Order());
    }

    // What some bytes come to, more bytes do not change; and nothing throws, whatever they are.
    [Fact]
    public void AnyBytes_OnceDecided_StayDecided()
    {
        var headers = HeaderTable.Good.Values.Select(header => header.Bytes).Concat(HeaderTable.Malformed.Values.Select(header => header.Bytes)).Where(bytes => bytes.Length < 1000).ToArray();
        var changed = Gen.Select(Gen.Int[0, headers.Length - 1].Select(i => headers[i]), Gen.Select(Gen.Int[0, 300], Gen.Byte, (at, value) => (At: at, Value: value)).Array[0, 3], Gen.Byte.Array[0, 40]).Select((header, changes, more) =>
        {
            byte[] bytes = [.. header, .. more];
            foreach (var change in changes)
                bytes[change.At % bytes.Length] = change.Value;

            return bytes;
        });
        changed.Sample(bytes =>
        {
            var whole = ProxyHeaderParser.Parse(bytes, MaxLength);
            for (var count = 0; count < bytes.Length; count++)
            {
                var part = ProxyHeaderParser.Parse(Pieces(bytes[..count], count / 3), MaxLength);
                if (part.IsIncomplete)
                    continue;

                Assert.Equal((whole.Refusal, whole.Length, whole.Header?.Source), (part.Refusal, part.Length, part.Header?.Source));
            }
        });
    }

    [Fact]
    public void Addresses_OfEitherVersion_ComeBack()
    {
        var addresses = Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]).Select(bytes => new IPAddress(bytes));
        Gen.Select(addresses, Gen.Int[0, 65_535], Gen.Int[0, 65_535]).Sample((address, port, other) =>
        {
            var (source, destination) = (new IPEndPoint(address, port), new IPEndPoint(address, other));
            var family = address.GetAddressBytes().Length == 4 ? "TCP4" : "TCP6";
            var line = ProxyHeaderParser.Parse(HeaderBytes.Line($"PROXY {family} {address} {address} {port} {other}\r\n"), MaxLength);
            var block = ProxyHeaderParser.Parse(HeaderBytes.Tcp(source, destination), MaxLength);

            Assert.Equal((source, destination), (line.Header?.Source, line.Header?.Destination));
            Assert.Equal((source, destination), (block.Header?.Source, block.Header?.Destination));
        });
    }

    [Fact]
    public void Values_AreRead_AndUnknownOnesKept()
    {
        IProxyProtocolFeature header = ProxyHeaderParser.Parse(HeaderTable.Good["v2 with values"].Bytes, MaxLength).Header!;

        Assert.Equal("h2", Encoding.ASCII.GetString(header.ApplicationProtocol.Span));
        Assert.Equal("www.example.com", header.Authority);
        Assert.Equal(128, header.UniqueId.Length);
        Assert.Equal("blue", header.NetworkNamespace);
        Assert.True(header.HasChecksum);
        Assert.Equal([0x01, 0x02, 0x04, 0x04, 0x05, 0xE0, 0x30, 0x20, 0x03], header.Tlvs.Select(tlv => (int)tlv.Type));
        Assert.Equal("own", Encoding.ASCII.GetString(header.Tlvs[5].Value.Span));
        var tls = header.Tls!;
        Assert.True(tls.IsTls && tls.HasClientCertificate && tls.IsClientCertificateOfConnection && tls.IsClientCertificateVerified);
        Assert.Equal(("TLSv1.3", "client", null), (tls.Version, tls.CommonName, tls.Cipher));
        Assert.Equal([0x21, 0x22, 0x7F], tls.Tlvs.Select(tlv => (int)tlv.Type));
    }

    // Senders give what OpenSSL says of the verification, which is "fine" where nothing was verified.
    [Theory]
    [InlineData(1, 0u, false, false)]
    [InlineData(3, 0u, true, true)]
    [InlineData(5, 0u, true, true)]
    [InlineData(3, 18u, true, false)]
    [InlineData(0, 0u, false, false)]
    public void ClientCertificate_IsVerified_OnlyWhereThereIsOne(byte client, uint verify, bool hasCertificate, bool isVerified)
    {
        var tls = ProxyHeaderParser.Parse(HeaderBytes.Tcp(HeaderTable.Client4, HeaderTable.Server4, HeaderBytes.Ssl(client, verify)), MaxLength).Header!.Tls!;

        Assert.Equal((hasCertificate, isVerified, verify), (tls.HasClientCertificate, tls.IsClientCertificateVerified, tls.VerifyResult));
        Assert.Equal((client & 1) != 0, tls.IsTls);
    }

    [Fact]
    public void Text_NotUtf8_IsNoText_AndItsBytesAreKept()
    {
        var header = ProxyHeaderParser.Parse(HeaderBytes.Tcp(HeaderTable.Client4, HeaderTable.Server4, HeaderBytes.Tlv(2, 0xC3, 0x28)), MaxLength).Header!;

        Assert.Null(header.Authority);
        Assert.Equal([0xC3, 0x28], header.Tlvs[0].Value.ToArray());
    }

    [Fact]
    public void Checksum_EveryBitThatIsWrong_IsFound()
    {
        var header = HeaderTable.Good["v2 with values"].Bytes;
        for (var bit = 16 * 8; bit < header.Length * 8; bit++)
        {
            var wrong = header.ToArray();
            wrong[bit / 8] ^= (byte)(1 << (bit % 8));

            // Bits of a type or a length may make it something else that is refused, or take the checksum away.
            var parsed = ProxyHeaderParser.Parse(wrong, MaxLength);
            Assert.True(parsed.Header is null or { HasChecksum: false }, $"bit {bit}");
        }
    }

    private static string NameOf(ProxyRefusal refusal) => JsonNamingPolicy.SnakeCaseLower.ConvertName(refusal.ToString());

    private static ReadOnlySequence<byte> Pieces(byte[] bytes, int split)
    {
        var first = new Piece(bytes.AsMemory(0, split), null);
        var last = new Piece(bytes.AsMemory(split), first);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            RunningIndex = before is null ? 0 : before.Memory.Length;
            before?.Next = this;
        }
    }
}
