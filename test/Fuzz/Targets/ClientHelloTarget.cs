using System.Buffers;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Transport.Tls.Fingerprints;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// A ClientHello and its fingerprints. They have their form; GREASE changes neither, and the order of extensions not JA4; what is cut off is
/// none; a message in records, in whatever pieces they come, is the message.
/// </summary>
internal sealed partial class ClientHelloTarget : IFuzzTarget
{
    private const ushort Grease = 0x3A3A;

    public string Name => "client-hello";

    public IEnumerable<byte[]> Seeds =>
    [
        HelloParts.Make(
            [0x1301, 0x1302, 0xC02B, 0x0A0A],
            (0, [0, 6, 0, 0, 3, .. "a.b"u8]), (10, [0, 4, 0, 0x1D, 0, 0x17]), (11, [1, 0]), (13, [0, 4, 4, 3, 8, 4]), (16, [0, 3, 2, .. "h2"u8]), (43, [4, 3, 4, 3, 3])),
        HelloParts.Make([0x002F], (0x1A1A, []), (65281, [0]), (16, [0, 9, 8, .. "http/1.1"u8])),
        HelloParts.Make([0x1301]),
        [1, 0, 0, 0, 3, 1, .. new byte[32], 0, 0, 2, 0, 5, 1, 0],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var meter = Meter.Start();
        var fingerprints = TlsFingerprints.Of(input);
        meter.StopLinear(nameof(TlsFingerprints), input.Length);
        CheckPieces(input);
        if (fingerprints is null)
            return;

        meter = Meter.Start();
        var (ja3, ja4) = (fingerprints.Ja3, fingerprints.Ja4);
        meter.StopLinear("texts of fingerprints", input.Length, steps: 200, bytes: 400);
        Must.Hold(Ja3Form().IsMatch(ja3), "JA3 has its form");
        Must.Hold(Ja3RawForm().IsMatch(fingerprints.Ja3Raw), "JA3's text has its form");
        Must.Hold(Ja4Form().IsMatch(ja4), "JA4 has its form");
        Must.BePrintable(fingerprints.Ja4Raw);

        if (HelloParts.TryRead(input) is not { } parts)
            return;

        Must.Hold(parts.Extensions.Count == 0 || TlsFingerprints.Of(input[..^1]) is null, "what is cut off is no ClientHello");
        var greased = parts with { Ciphers = [Grease >> 8, Grease & 0xFF, .. parts.Ciphers], Extensions = [(Grease, []), .. parts.Extensions] };
        if (TlsFingerprints.Of(greased.ToMessage()) is { } withGrease)
        {
            Must.Equal(ja3, withGrease.Ja3, "JA3 with GREASE");
            Must.Equal(ja4, withGrease.Ja4, "JA4 with GREASE");
        }

        // Of two of a type the last counts.
        if (parts.Extensions.DistinctBy(extension => extension.Type).Count() == parts.Extensions.Count)
        {
            var reversed = parts with { Extensions = [.. parts.Extensions.Reverse()] };
            Must.Equal(ja4, TlsFingerprints.Of(reversed.ToMessage())?.Ja4, "JA4 in another order");
        }
    }

    private static void CheckPieces(ReadOnlySpan<byte> message)
    {
        var records = ClientHelloRecord.Wrap(message);
        if (message.Length == 0)
            return;

        for (var cut = 0; cut <= records.Length; cut += Math.Max(1, records.Length / 16))
            Must.Hold(ClientHelloRecord.Unwrap(Pieces.Of(records, cut, cut + 1)).AsSpan().SequenceEqual(message), "a record in pieces is the message");
    }

    [GeneratedRegex(@"\A[0-9a-f]{32}\z")]
    private static partial Regex Ja3Form();

    [GeneratedRegex(@"\A\d+(,(\d+(-\d+)*)?){4}\z")]
    private static partial Regex Ja3RawForm();

    [GeneratedRegex(@"\At(1[0-3]|s[23]|00)[di][0-9]{4}[0-9A-Za-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}\z")]
    private static partial Regex Ja4Form();
}
