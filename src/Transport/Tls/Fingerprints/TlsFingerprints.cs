namespace Aeronet.AspNetCore.Transport.Tls.Fingerprints;

/// <summary>Keeps a ClientHello and computes its fingerprints when they are asked for. Asking twice at a time computes twice.</summary>
internal sealed class TlsFingerprints(ClientHello hello) : ITlsFingerprintFeature
{
    private string? _ja3;
    private string? _ja4;

    public string Ja3 => _ja3 ??= Ja3Text.HashOf(Ja3Raw);

    public string Ja3Raw => Ja3Text.TextOf(hello);

    public string Ja4 => _ja4 ??= string.Join(
        '_', Ja4Text.PrefixOf(hello), Ja4Text.HashOf(Ja4Text.CiphersOf(hello)), Ja4Text.HashOf(Ja4Text.ExtensionsOf(hello)));

    public string Ja4Raw => string.Join('_', Ja4Text.PrefixOf(hello), Ja4Text.CiphersOf(hello), Ja4Text.ExtensionsOf(hello));

    /// <summary>The fingerprints of a ClientHello handshake message; null when it is malformed.</summary>
    internal static TlsFingerprints? Of(ReadOnlySpan<byte> message) => ClientHello.Parse(message) is { } hello ? new TlsFingerprints(hello) : null;
}
