using Aeronet.AspNetCore.Transport.SendFile;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>What a server that drains asks of a connection, from a thread of its own.</summary>
internal sealed partial class AeronetConnection
{
    private IConnectionLifetimeNotificationFeature? _lifetime;
    private bool _isAskedToClose;

    /// <summary>What the connection is about, at this moment.</summary>
    internal ConnectionKind Kind =>
        IsMultiplexed ? ConnectionKind.Http2
        : Volatile.Read(ref _request) is not { } request ? _input.Received == 0 && _handshake is null ? ConnectionKind.Idle : ConnectionKind.Other
        : _isOver!(request) ? ConnectionKind.Idle
        : RequestHook.IsUpgraded(request) ? ConnectionKind.Upgraded
        : ConnectionKind.InRequest;

    /// <summary>
    /// Has the server end it in order: after the request in progress, by GOAWAY, or now where it is idle. One at a time. False while there
    /// is something to wait for: its first request, since a server told too early reads none, or what the peer has sent meanwhile. What was
    /// received so far may be a PROXY header or the handshake of Kestrel's own TLS. Other protocols have no requests and get all the patience.
    /// </summary>
    /// <param name="isPatient">Whether that is waited for.</param>
    internal bool TryAskToClose(bool isPatient)
    {
        if (_isAskedToClose)
        {
            return true;
        }

        // Set by Kestrel when it takes the connection.
        if (Volatile.Read(ref _lifetime) is not { } lifetime)
        {
            return false;
        }

        if (isPatient && (_input.Received == 0 || (_request is null && !IsMultiplexed) || (!IsInRequest && _socket.UnreadBytes() > 0)))
        {
            return false;
        }

        _isAskedToClose = true;
        lifetime.RequestClose();
        return true;
    }
}
