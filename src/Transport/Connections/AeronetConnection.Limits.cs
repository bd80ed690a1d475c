using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Limits;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>What limits make of the connection.</summary>
internal sealed partial class AeronetConnection
{
    /// <summary>That it is counted; null where nothing is limited.</summary>
    internal ConnectionPermit? Permit { get; init; }

    /// <summary>Closes the connection when no byte has moved for longer than it may. By one thread at a time.</summary>
    /// <param name="now">The time in milliseconds.</param>
    internal void EndIfIdle(long now)
    {
        // Nobody can say while it sends: then it moves.
        if (Permit is { } permit && _output.TotalTaken is { } taken && permit.IdleFor(_input.Received + taken, now) >= permit.Limits.IdleTimeout.TotalMilliseconds)
        {
            // A response that is cut short must not look whole, as one that ends with the connection would: not what the peer has not taken for
            // so long, nor what the application has not finished.
            End(CloseReason.Idle, reset: _output.HasUnsent || IsInRequest, new ConnectionAbortedException(CloseReasons.Describe(CloseReason.Idle)));
        }
    }

    /// <summary>Whether one more connection of <paramref name="client"/> may be; otherwise this one ends.</summary>
    private bool TryAdmit(EndPoint? client, bool speaksHttp2)
    {
        if (Permit is not { } permit || permit.Limits.TryUse(permit, client))
        {
            return true;
        }

        ((IFeatureCollection)this).Get<IConnectionMetricsTagsFeature>()?.Tags.Add(new("error.type", "connection_limit"));
        SetReason(CloseReason.LimitReached);
        if (!speaksHttp2 && _habits.SpeaksPlainHttp && permit.TryBeginAnswer())
        {
            SendAndClose(permit.Limits.Answer.Span);
        }
        else
        {
            End(CloseReason.LimitReached, reset: true);
        }

        return false;
    }

    [SuppressMessage(
        "Reliability",
        "CA2012:Use ValueTasks correctly",
        Justification = "Nobody waits for room: what is left is sent before the connection closes.")]
    private void SendAndClose(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _ = _output.FlushAsync();
        Abort(null);
    }
}
