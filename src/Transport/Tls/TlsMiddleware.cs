using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Fingerprints;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>
/// The connection middleware that turns an Aeronet connection into a TLS one in place. Kestrel's own HTTPS stands behind it
/// and passes a connection through whose TLS is done; on another transport it does its work as ever.
/// </summary>
internal sealed class TlsMiddleware(ConnectionDelegate next, TlsContexts contexts, AeronetTlsOptions options, TlsMetrics metrics, ILogger logger)
{
    // What is in front of it on the endpoint may have done TLS already.
    internal Task OnConnectionAsync(ConnectionContext context) =>
        context.Features.Get<ITlsUpgrade>() is { } upgrade && context.Features.Get<ITlsConnectionFeature>() is null ? Upgrade(context, upgrade) : next(context);

    private async Task Upgrade(ConnectionContext context, ITlsUpgrade upgrade)
    {
        if (!await TryHandshake(context, upgrade).ConfigureAwait(false))
        {
            return;
        }

        await next(context).ConfigureAwait(false);
        if (upgrade.SessionFailure is not (TlsFailure.None or TlsFailure.PeerReset) and var broken)
        {
            metrics.SessionBroke(broken, context.Features.Get<ITlsSessionFeature>()?.ServedHost);
            TransportLog.SessionBroke(logger, context.ConnectionId, TlsFailures.NameOf(broken));
        }
    }

    // On its own, so that what it measures and learns does not stay in memory as long as the connection does.
    private async ValueTask<bool> TryHandshake(ConnectionContext context, ITlsUpgrade upgrade)
    {
        var started = metrics.HandshakeStarted(context);
        var observation = options.OnClientHello is null ? null : new ClientHelloObservation(context, options);
        var outcome = await upgrade.UpgradeAsync(contexts, options, observation).ConfigureAwait(false);
        if (outcome is { Failure: null, SendsByKernel: false } && options.Ktls != KtlsMode.Disabled)
        {
            var reason = KernelTls.WhyNot(outcome.Agreement.CipherSuite);
            metrics.FellBack(reason, outcome.Host!);
            if (options.Ktls == KtlsMode.Required)
            {
                outcome = outcome with
                {
                    FailureKind = TlsFailure.KernelTlsRequired,
                    Failure = $"kernel TLS is required and the connection cannot have it ({reason}, {outcome.Agreement.CipherSuite})",
                };
            }
        }

        metrics.HandshakeStopped(context, outcome, started);
        if (observation?.Failure is { } thrown)
        {
            TransportLog.ObserverFailed(logger, context.ConnectionId, thrown);
        }

        if (outcome.Failure is { } failure)
        {
            TransportLog.HandshakeFailed(logger, context.ConnectionId, failure);
            return false;
        }

        if (logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.HandshakeCompleted(logger, context.ConnectionId, TlsVersions.ToSslProtocol(outcome.Agreement.Version), outcome.Agreement.CipherSuite, outcome.SendsByKernel);
        }

        var features = new TlsFeatures(outcome);
        context.Features.Set<ITlsConnectionFeature>(features);
        context.Features.Set<ITlsHandshakeFeature>(features);
        context.Features.Set<ITlsApplicationProtocolFeature>(features);
        context.Features.Set<ITlsSessionFeature>(features);
        if (contexts.GuardOf(outcome.Host!) is { } guard)
        {
            context.Features.Set(guard);
        }

        if (options.Fingerprints && outcome.ClientHello is { } hello && context.Features.Get<ITlsFingerprintFeature>() is null)
        {
            context.Features.Set<ITlsFingerprintFeature>(TlsFingerprints.Of(hello));
        }

        return true;
    }
}
