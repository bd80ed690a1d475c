namespace Aeronet.AspNetCore.Transport.Tls.Fingerprints;

/// <summary>Keeps a ClientHello and computes its fingerprints when they are asked for. Asking twice at a time computes twice.</summary>
internal sealed class TlsFingerprints(ClientHello hello) : ITlsFingerprintFeature
{
    private string? _ja3;
    private string? _ja4;

    public string Ja3 => _ja3 ??= Fingerprints.Ja3.HashOf(Ja3Raw);

    public string Ja3Raw => Fingerprints.Ja3.TextOf(hello);

    public string Ja4 => _ja4 ??= string.Join(
        '_', Fingerprints.Ja4.PrefixOf(hello), Fingerprints.Ja4.HashOf(Fingerprints.Ja4.CiphersOf(hello)), Fingerprints.Ja4.HashOf(Fingerprints.Ja4.ExtensionsOf(hello)));

    public string Ja4Raw => string.Join('_', Fingerprints.Ja4.PrefixOf(hello), Fingerprints.Ja4.CiphersOf(hello), Fingerprints.Ja4.ExtensionsOf(hello));

    /// <summary>The fingerprints of a ClientHello handshake message; null when it is malformed.</summary>
    internal static TlsFingerprints? Of(ReadOnlySpan<byte> message) => ClientHello.Parse(message) is { } hello ? new TlsFingerprints(hello) : null;
}
