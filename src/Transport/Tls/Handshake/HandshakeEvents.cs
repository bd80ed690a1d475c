using System.Diagnostics;
using System.Text;
using Aeronet.AspNetCore.Transport.Tls.Fingerprints;
using Aeronet.AspNetCore.Transport.Tls.Observers;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>Makes of an outcome what observers are told.</summary>
internal static class HandshakeEvents
{
    /// <param name="observers">Who is told; null for nobody.</param>
    /// <param name="context">The connection.</param>
    /// <param name="outcome">How its handshake ended.</param>
    /// <param name="started">When it began, by <see cref="Stopwatch"/>.</param>
    /// <param name="fingerprints">Whether fingerprints are wanted.</param>
    internal static void Tell(HandshakeObservers? observers, ConnectionContext context, in TlsOutcome outcome, long started, bool fingerprints) =>
        observers?.Tell(Of(context, outcome, Stopwatch.GetElapsedTime(started), fingerprints));

    private static TlsHandshakeEvent Of(ConnectionContext context, in TlsOutcome outcome, TimeSpan duration, bool fingerprints)
    {
        var agreement = outcome.Agreement;
        var isAgreed = agreement.Version != 0;
        return new TlsHandshakeEvent
        {
            Time = DateTimeOffset.UtcNow,
            Duration = duration,
            ConnectionId = context.ConnectionId,
            LocalEndPoint = context.LocalEndPoint,
            RemoteEndPoint = context.RemoteEndPoint,
            Failure = outcome.FailureKind,
            Description = outcome.Failure,
            Protocol = isAgreed ? TlsVersions.ToSslProtocol(agreement.Version) : null,
            CipherSuite = isAgreed ? agreement.CipherSuite : null,
            KeyExchangeGroup = isAgreed ? KeyExchangeGroups.NameOf(agreement.Group) : null,
            ApplicationProtocol = agreement.ApplicationProtocol.IsEmpty ? null : Encoding.ASCII.GetString(agreement.ApplicationProtocol.Span),
            ServerName = outcome.HostName,
            ServedHost = outcome.Host?.ServerName,
            Resumed = agreement.Resumed,
            Stapled = outcome.Staple == StapleUse.Sent,
            ClientCertificate = agreement.ClientCertificate,
            SendsByKernel = outcome.SendsByKernel,
            ReceivesByKernel = outcome.ReceivesByKernel,
            Fingerprint = fingerprints ? FingerprintOf(context, outcome) : null,
        };
    }

    private static ITlsFingerprintFeature? FingerprintOf(ConnectionContext context, in TlsOutcome outcome) =>
        context.Features.Get<ITlsFingerprintFeature>() ?? (outcome.ClientHello is { } hello ? TlsFingerprints.Of(hello) : null);
}
