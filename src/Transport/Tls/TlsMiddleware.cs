using Aeronet.AspNetCore.Transport.Diagnostics;
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
    internal Task OnConnectionAsync(ConnectionContext context) =>
        context.Features.Get<ITlsUpgrade>() is { } upgrade ? Upgrade(context, upgrade) : next(context);

    private async Task Upgrade(ConnectionContext context, ITlsUpgrade upgrade)
    {
        var started = metrics.HandshakeStarted(context);
        var outcome = await upgrade.UpgradeAsync(contexts, options).ConfigureAwait(false);
        var refused = outcome.Failure is null && options.Ktls == KtlsMode.Required && !outcome.SendsByKernel;
        metrics.HandshakeStopped(context, outcome, started);
        if (outcome.Failure is { } failure)
        {
            TransportLog.HandshakeFailed(logger, context.ConnectionId, failure);
            return;
        }

        if (refused)
        {
            TransportLog.HandshakeFailed(logger, context.ConnectionId, $"the kernel cannot do {outcome.Agreement.CipherSuite}, and kernel TLS is required");
            return;
        }

        if (logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.HandshakeCompleted(logger, context.ConnectionId, TlsVersions.ToSslProtocol(outcome.Agreement.Version), outcome.Agreement.CipherSuite, outcome.SendsByKernel);
        }

        var features = new TlsFeatures(outcome);
        context.Features.Set<ITlsConnectionFeature>(features);
        context.Features.Set<ITlsHandshakeFeature>(features);
        context.Features.Set<ITlsApplicationProtocolFeature>(features);
        context.Features.Set(contexts.GuardOf(outcome.Host!));
        await next(context).ConfigureAwait(false);
    }
}
