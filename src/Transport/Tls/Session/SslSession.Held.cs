using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>
/// Records that wait for the next one, to leave in one call with it: the flight of a step, the ticket behind a handshake and the first
/// response, a last response and close_notify. Not where the kernel encrypts.
/// </summary>
internal sealed unsafe partial class SslSession
{
    // The SSL object's while that lives; null where the kernel may encrypt.
    private GatherBio? _out;

    /// <summary>
    /// Whether records were made that have not left. They leave with the next write or close_notify; who cannot count on one calls
    /// <see cref="SendHeld"/>.
    /// </summary>
    internal bool HoldsRecords => _out is { HoldsBytes: true };

    /// <summary>Sends what <see cref="HoldsRecords"/> tells of: 0 bytes when nothing is left, would-block, or an errno.</summary>
    internal IoResult SendHeld()
    {
        lock (_gate)
        {
            if (_sslByGate == 0 || _failed || _inHandshakeByGate)
            {
                return IoResult.Closed;
            }

            SslAudit.Enter(ref _threadsInside);
            var result = FlushHeld();
            SslAudit.Leave(ref _threadsInside);
            return result;
        }
    }

    /// <summary>Lets the session write through a BIO of ours. False when there is no memory.</summary>
    private bool TryGather()
    {
        var gather = new GatherBio(_socket);
        var bio = GatherBio.Create(gather);
        if (bio == 0)
        {
            return false;
        }

        OpenSsl.SSL_set0_wbio(_sslByGate, bio);
        _out = gather;
        return true;
    }

    /// <summary>Whether records that are made from now on wait.</summary>
    private void Gather(bool gathers)
    {
        if (_out is { } gather)
        {
            gather.Gathers = gathers;
        }
    }

    private IoResult FlushHeld()
    {
        if (_out is not { HoldsBytes: true } gather)
        {
            return IoResult.FromBytes(0);
        }

        var result = gather.Flush();
        return result.IsSuccess || result.IsWouldBlock ? result : FailToSend(result.IsClosed ? Errno.EPIPE : result.Errno);
    }
}
