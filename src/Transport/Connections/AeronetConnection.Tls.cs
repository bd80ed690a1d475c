using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls;

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

        // The ClientHello is here already, or its event is yet to come: whoever comes second, this read or the loop's look
        // for a handshake after it noted the event, takes the step. Here is as good as the loop, which need not be woken
        // and has others to serve than somebody who has not shown a key yet.
        Interlocked.MemoryBarrier();
        if (_input.IsReadable)
        {
            StepHandshake(handshake, events: 0);
        }

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
        var channel = new TlsChannel(session, _socket);
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

    /// <summary>Ends the TLS session before its socket is closed.</summary>
    private void EndTls(bool sendClose)
    {
        if (_session is { } session)
        {
            if (sendClose && _handshake is null)
            {
                session.SendClose();
            }

            session.Close();
        }
    }
}
