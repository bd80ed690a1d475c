using System.Text;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Middleware.Tls;

/// <summary>
/// Finds what servers tell of TLS. Where one object has several features, as the Aeronet transport's and Kestrel's have, it is looked up
/// once.
/// </summary>
internal static class TlsFacts
{
    /// <summary>Everything at once; null without TLS.</summary>
    public static TlsInfo? Read(IFeatureCollection features)
    {
        var handshake = features.Get<ITlsHandshakeFeature>();
        var connection = features.Get<ITlsConnectionFeature>();
        if (handshake is null && connection is null)
        {
            return null;
        }

        var session = SessionOf(handshake, features);
        return new TlsInfo(features.Get<ITlsFingerprintFeature>())
        {
            Version = handshake?.Protocol,
            CipherSuite = handshake?.NegotiatedCipherSuite,
            Group = session?.KeyExchangeGroup,
            ApplicationProtocol = ApplicationProtocolOf(handshake, features),
            ServerName = ServerNameOf(handshake),
            ServedHost = session?.ServedHost,
            Resumed = session?.Resumed,
            SendsByKernel = session?.SendsByKernel,
            ReceivesByKernel = session?.ReceivesByKernel,

            // Others make a certificate object to be asked.
            HasClientCertificate = session?.HasClientCertificate ?? (connection is null ? null : connection.ClientCertificate is not null),
        };
    }

    public static ITlsSessionFeature? Session(IFeatureCollection features) =>
        SessionOf(features.Get<ITlsHandshakeFeature>(), features);

    public static string? ServerName(IFeatureCollection features) => ServerNameOf(features.Get<ITlsHandshakeFeature>());

    public static string? ApplicationProtocol(IFeatureCollection features) =>
        ApplicationProtocolOf(features.Get<ITlsHandshakeFeature>(), features);

    private static ITlsSessionFeature? SessionOf(ITlsHandshakeFeature? handshake, IFeatureCollection features) =>
        handshake as ITlsSessionFeature ?? features.Get<ITlsSessionFeature>();

    private static string? ServerNameOf(ITlsHandshakeFeature? handshake) => handshake?.HostName is { Length: > 0 } name ? name : null;

    private static string? ApplicationProtocolOf(ITlsHandshakeFeature? handshake, IFeatureCollection features)
    {
        var feature = handshake as ITlsApplicationProtocolFeature ?? features.Get<ITlsApplicationProtocolFeature>();
        return feature is null || feature.ApplicationProtocol.IsEmpty ? null : NameOf(feature.ApplicationProtocol.Span);
    }

    private static string NameOf(ReadOnlySpan<byte> protocol) =>
        protocol.SequenceEqual("h2"u8) ? "h2"
        : protocol.SequenceEqual("http/1.1"u8) ? "http/1.1"
        : protocol.SequenceEqual("h3"u8) ? "h3"
        : Encoding.UTF8.GetString(protocol);
}
