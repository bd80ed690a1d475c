namespace Aeronet.AspNetCore.Transport.Limits;

/// <summary>That a connection is counted, for whom, and when it last moved a byte. Left once, when its socket is closed.</summary>
internal sealed class ConnectionPermit(ConnectionLimits limits)
{
    private readonly Lock _gate = new();
    private UInt128 _clientByGate;
    private bool _countsForClientByGate;
    private bool _answersByGate;
    private bool _leftByGate;
    private long _moved;
    private long _movedAt = Environment.TickCount64;

    /// <summary>Who is asked.</summary>
    internal ConnectionLimits Limits => limits;

    /// <summary>It counts for <paramref name="client"/> from now on; not where it has ended, and what was counted has to be left by the caller.</summary>
    internal bool TryCountFor(UInt128 client)
    {
        lock (_gate)
        {
            if (_leftByGate || _countsForClientByGate)
            {
                return false;
            }

            (_clientByGate, _countsForClientByGate) = (client, true);
            return true;
        }
    }

    /// <summary>Whether the connection, which may not be, is told so: until it has ended it counts as one that is.</summary>
    internal bool TryBeginAnswer()
    {
        lock (_gate)
        {
            return !_leftByGate && !_answersByGate && (_answersByGate = limits.TryBeginAnswer());
        }
    }

    /// <summary>The connection's socket is closed. Idempotent.</summary>
    internal void Leave()
    {
        lock (_gate)
        {
            if (_leftByGate)
            {
                return;
            }

            _leftByGate = true;
        }

        if (_answersByGate)
        {
            limits.EndAnswer();
        }

        limits.Leave(_countsForClientByGate ? _clientByGate : null);
    }

    /// <summary>How many milliseconds ago it was first seen with as many bytes moved as now. By one thread at a time.</summary>
    internal long IdleFor(long moved, long now)
    {
        if (moved != _moved)
        {
            (_moved, _movedAt) = (moved, now);
        }

        return now - _movedAt;
    }
}
