using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Admission;
using Aeronet.AspNetCore.Transport.Tls.Fingerprints;
using Aeronet.AspNetCore.Transport.Tls.Observers;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>
/// The connection middleware that turns an Aeronet connection into a TLS one in place. Kestrel's own HTTPS stands behind it
/// and passes a connection through whose TLS is done; on another transport it does its work as ever.
/// </summary>
internal sealed class TlsMiddleware(ConnectionDelegate next, TlsStateHolder states, TlsMetrics metrics, TlsLogs logs, HandshakeObservers? observers, string endPoint, HandshakeAdmission? admission)
{
    private const string Replaced = "a connection middleware in front of it has replaced the connection's transport; register it behind UseAeronetTls to have the transport's";

    private readonly ILogger _logger = logs.Transport;
    private readonly Once _saidReplaced = new();

    // What is in front of it on the endpoint may have done TLS already.
    internal Task OnConnectionAsync(ConnectionContext context)
    {
        if (context.Features.Get<ITlsUpgrade>() is not { } upgrade || context.Features.Get<ITlsConnectionFeature>() is not null)
        {
            return next(context);
        }

        return ReferenceEquals(context.Transport, upgrade) ? Upgrade(context, upgrade) : LeaveToKestrel(context);
    }

    /// <summary>
    /// What comes from the socket is not what the middleware in front makes of it: only a stream over its transport can read it.
    /// </summary>
    private Task LeaveToKestrel(ConnectionContext context)
    {
        var refuses = states.Take().Options.Ktls == KtlsMode.Required;
        if (_saidReplaced.TryTake())
        {
            TransportLog.TlsFallback(_logger, endPoint, refuses ? $"{Replaced}. Ktls is Required: such connections are closed" : Replaced);
        }

        return refuses ? Refuse(context) : next(context);
    }

    private Task Refuse(ConnectionContext context)
    {
        var outcome = new TlsOutcome { FailureKind = TlsFailure.KernelTlsRequired, Failure = $"kernel TLS is required, and {Replaced}", HostName = "" };
        var started = metrics.HandshakeStarted(context);
        metrics.HandshakeStopped(context, outcome, started);
        HandshakeEvents.Tell(observers, context, outcome, started.Started, fingerprints: false);
        TransportLog.HandshakeFailed(_logger, context.ConnectionId, outcome.Failure);
        return Task.CompletedTask;
    }

    private async Task Upgrade(ConnectionContext context, ITlsUpgrade upgrade)
    {
        var isEstablished = admission is null
            ? await TryHandshake(context, upgrade).ConfigureAwait(false)
            : await TryEnter(context, upgrade, admission).ConfigureAwait(false);
        if (!isEstablished)
        {
            return;
        }

        await next(context).ConfigureAwait(false);
        if (upgrade.SessionFailure is not (TlsFailure.None or TlsFailure.PeerReset) and var broken)
        {
            metrics.SessionBroke(broken, context.Features.Get<ITlsSessionFeature>()?.ServedHost);
            TransportLog.SessionBroke(_logger, context.ConnectionId, TlsFailures.NameOf(broken));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryEnter(ConnectionContext context, ITlsUpgrade upgrade, HandshakeAdmission admission)
    {
        var permit = await Admit(context, upgrade, admission).ConfigureAwait(false);
        if (!permit.IsGranted)
        {
            context.Features.Get<IConnectionMetricsTagsFeature>()?.Tags.Add(new("error.type", "tls_handshake_rejected"));
            upgrade.Reject();
            return false;
        }

        try
        {
            return await TryHandshake(context, upgrade).ConfigureAwait(false);
        }
        finally
        {
            admission.Leave(permit);
        }
    }

    private static ValueTask<HandshakePermit> Admit(ConnectionContext context, ITlsUpgrade upgrade, HandshakeAdmission admission)
    {
        var wait = TimeSpan.Zero;
        if (upgrade.ReservedWait is { } reserved)
        {
            wait = reserved;
        }
        else
        {
            upgrade.ReserveNext(admission);
            if (!admission.TryReserve(context.RemoteEndPoint, out wait))
            {
                return default;
            }
        }

        return admission.EnterAsync(context.RemoteEndPoint, wait, context.ConnectionClosed);
    }

    // On its own, so that what it measures and learns does not stay in memory as long as the connection does.
    private async ValueTask<bool> TryHandshake(ConnectionContext context, ITlsUpgrade upgrade)
    {
        // Once: what is decided by one state to the end.
        var state = states.Take();
        var (options, contexts) = (state.Options, state.Contexts!);
        var started = metrics.HandshakeStarted(context);
        KestrelEvents.HandshakeStarted(context, state.ForEvents);
        var observation = options.OnClientHello is null ? null : new ClientHelloObservation(context, options);
        TlsOutcome outcome;
        try
        {
            outcome = await upgrade.UpgradeAsync(contexts, options, observation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // No memory, say: what was counted as begun has ended all the same.
            outcome = new TlsOutcome { FailureKind = TlsFailure.Internal, Failure = e.Message, HostName = "" };
            metrics.HandshakeStopped(context, outcome, started);
            Ended(context, outcome);
            HandshakeEvents.Tell(observers, context, outcome, started.Started, options.Fingerprints);
            throw;
        }

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
        Ended(context, outcome);
        HandshakeEvents.Tell(observers, context, outcome, started.Started, options.Fingerprints);
        if (observation?.Failure is { } thrown)
        {
            TransportLog.ObserverFailed(_logger, context.ConnectionId, thrown);
        }

        if (outcome.Failure is { } failure)
        {
            TransportLog.HandshakeFailed(_logger, context.ConnectionId, failure);
            KestrelHttpsLog.HandshakeFailed(logs.Kestrel, TlsFailures.KestrelsException(outcome.FailureKind), failure);
            return false;
        }

        var features = new TlsFeatures(outcome);
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.HandshakeCompleted(_logger, context.ConnectionId, features.Protocol, outcome.Agreement.CipherSuite, outcome.SendsByKernel);
        }

        KestrelHttpsLog.Established(logs.Kestrel, context, features.Protocol);
        context.Features.Set<ITlsConnectionFeature>(features);
        context.Features.Set<ITlsHandshakeFeature>(features);
        context.Features.Set<ITlsApplicationProtocolFeature>(features);
        context.Features.Set<ITlsSessionFeature>(features);
        if (contexts.GuardOf(outcome.Host!, features.Protocol, features.KeyExchangeGroup) is { } guard)
        {
            context.Features.Set(guard);
        }

        if (options.Fingerprints && outcome.ClientHello is { } hello && context.Features.Get<ITlsFingerprintFeature>() is null)
        {
            context.Features.Set<ITlsFingerprintFeature>(TlsFingerprints.Of(hello));
        }

        return true;
    }

    private static void Ended(ConnectionContext context, in TlsOutcome outcome) => KestrelEvents.HandshakeStopped(
        context,
        outcome.Failure is null ? TlsVersions.ToSslProtocol(outcome.Agreement.Version) : null,
        outcome.Agreement.ApplicationProtocol,
        outcome.HostName);
}
