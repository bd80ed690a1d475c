using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>The connection's change from plain bytes to TLS, before Kestrel reads from it.</summary>
internal sealed partial class AeronetConnection : ITlsUpgrade
{
    private SslSession? _session;
    private volatile TlsHandshake? _handshake;
    private bool _handshakeWatchesWritable;
    private int _eventsInHandshake;

    async ValueTask<TlsOutcome> ITlsUpgrade.UpgradeAsync(TlsContexts contexts, AeronetTlsOptions options)
    {
        if (SslSession.TryCreate(contexts.Default, _socket) is not { } session)
        {
            return new TlsOutcome { Failure = "OpenSSL could not create a session", HostName = "" };
        }

        using var handshake = new TlsHandshake(contexts, session, options.HandshakeTimeout, _loop.Group.RunsOnThreadPool);
        _session = session;
        _handshake = handshake;
        _loop.Post(handshake);
        var succeeded = await handshake.Completion.ConfigureAwait(false);
        if (!succeeded)
        {
            // Here too: an abort may have come before there was a session to close.
            session.Close();
            return new TlsOutcome
            {
                Failure = handshake.TimedOut ? "the handshake timed out" : session.Failure ?? "the connection was aborted",
                TimedOut = handshake.TimedOut,
                HostName = handshake.HostName,
            };
        }

        var agreement = session.Describe();
        IsMultiplexed = agreement.ApplicationProtocol.Span.SequenceEqual("h2"u8);
        var channel = new TlsChannel(session, _socket, OnKeysMustChange);
        _output.Use(channel);
        _input.Use(channel);
        _handshake = null;
        DeliverHangUp();
        return new TlsOutcome
        {
            HostName = handshake.HostName,
            Agreement = agreement,
            SendsByKernel = session.SendsByKernel,
            ReceivesByKernel = session.ReceivesByKernel,
        };
    }

    private void StepHandshake(TlsHandshake handshake, EpollEvents events)
    {
        Interlocked.Or(ref _eventsInHandshake, (int)events);
        handshake.RunOnLoop();
        if (handshake.WantsWrite && !_handshakeWatchesWritable)
        {
            _handshakeWatchesWritable = true;
            _loop.Rewatch(_socket, EpollEvents.In | EpollEvents.Out | EpollEvents.ReadHangUp | EpollEvents.EdgeTriggered, Token);
        }

        if (_handshake is null)
        {
            DeliverHangUp();
        }
    }

    /// <summary>
    /// That the peer has finished is reported once, and a client may finish together with its last handshake message. Called
    /// by whoever sees second that the handshake is over and what came during it.
    /// </summary>
    private void DeliverHangUp()
    {
        var events = (EpollEvents)Interlocked.Exchange(ref _eventsInHandshake, 0);
        if ((events & (EpollEvents.ReadHangUp | EpollEvents.PeerGone)) != 0)
        {
            _input.OnReadable(events);
        }
    }

    /// <summary>
    /// The peer asked for new keys and the kernel keeps its own (Linux changes them since 6.14; OpenSSL and older kernels break
    /// the stream). What is under way is finished with the present ones and nothing is begun: Kestrel answers the request in
    /// progress and closes, or sends GOAWAY.
    /// </summary>
    private void OnKeysMustChange()
    {
        SetReason(CloseReason.KeyUpdate);
        if (_services.Logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.KeysMustChange(_services.Logger, ConnectionId);
        }

        if (((IFeatureCollection)this).Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
        {
            // Runs callbacks of the application too: not on a loop.
            ThreadPool.UnsafeQueueUserWorkItem(static request => request.Connection.RequestClose(request.Lifetime), (Connection: this, Lifetime: lifetime), preferLocal: false);
        }
    }

    private void RequestClose(IConnectionLifetimeNotificationFeature lifetime)
    {
        try
        {
            lifetime.RequestClose();
        }
        catch (AggregateException failure)
        {
            TransportLog.ClosedCallbackFailed(_services.Logger, ConnectionId, failure);
        }
    }

    /// <summary>Ends the TLS session before its socket is closed.</summary>
    private void EndTls() => _session?.Close();
}
