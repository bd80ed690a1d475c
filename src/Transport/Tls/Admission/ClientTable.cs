using System.Numerics;
using System.Runtime.CompilerServices;

namespace Aeronet.AspNetCore.Transport.Tls.Admission;

/// <summary>
/// What each client has begun lately and has in progress, in a table that never grows: a flood from any number of addresses allocates
/// nothing. An entry that says nothing any more is anybody's. In a set that is full of others the client whose debt ends first is forgotten; one
/// with handshakes in progress never is, and whoever finds no entry goes uncounted, under the limits for all.
/// </summary>
internal sealed class ClientTable
{
    private const int Ways = 8;

    private readonly Entry[] _entriesByLock;
    private readonly Lock[] _locks;
    private readonly RateLimit _rate;
    private readonly int _maxConcurrent;
    private readonly int _setMask;

    /// <param name="rate">How often one client may begin.</param>
    /// <param name="maxConcurrent">How many it may have in progress; 0 for no limit.</param>
    /// <param name="sets">How many sets of eight clients, a power of two. 32 bytes a client.</param>
    internal ClientTable(RateLimit rate, int maxConcurrent, int sets = 4096)
    {
        _rate = rate;
        _maxConcurrent = maxConcurrent;
        _setMask = (int)BitOperations.RoundUpToPowerOf2((uint)sets) - 1;
        _entriesByLock = new Entry[(_setMask + 1) * Ways];
        _locks = [.. Enumerable.Range(0, Math.Min(64, _setMask + 1)).Select(_ => new Lock())];
    }

    /// <summary>The limit that keeps <paramref name="client"/> from beginning; otherwise one more is taken from its rate.</summary>
    internal AdmissionLimit Reserve(UInt128 client, long now, long patience, out long wait)
    {
        wait = 0;
        var set = SetOf(client);
        lock (_locks[set % _locks.Length])
        {
            ref var entry = ref Find(client, set, now);
            if (Unsafe.IsNullRef(ref entry))
            {
                return AdmissionLimit.None;
            }

            var known = entry.Client == client ? entry : default;
            if (_maxConcurrent > 0 && known.Active >= _maxConcurrent)
            {
                return AdmissionLimit.ClientConcurrency;
            }

            if (!_rate.IsOn)
            {
                return AdmissionLimit.None;
            }

            if (!_rate.Admits(known.Full, now, patience, out var next, out wait))
            {
                return AdmissionLimit.ClientRate;
            }

            entry = new Entry { Client = client, Full = next, Active = known.Active };
            return AdmissionLimit.None;
        }
    }

    /// <summary>Counts a handshake in progress. False when the client has as many as it may.</summary>
    /// <param name="client">The client.</param>
    /// <param name="now">The time.</param>
    /// <param name="isCounted">Whether <see cref="Leave"/> is owed for it.</param>
    internal bool TryEnter(UInt128 client, long now, out bool isCounted)
    {
        isCounted = false;
        if (_maxConcurrent == 0)
        {
            return true;
        }

        var set = SetOf(client);
        lock (_locks[set % _locks.Length])
        {
            ref var entry = ref Find(client, set, now);
            if (Unsafe.IsNullRef(ref entry))
            {
                return true;
            }

            var known = entry.Client == client ? entry : default;
            if (known.Active >= _maxConcurrent)
            {
                return false;
            }

            entry = new Entry { Client = client, Full = known.Full, Active = known.Active + 1 };
            isCounted = true;
            return true;
        }
    }

    /// <summary>A counted handshake has ended.</summary>
    internal void Leave(UInt128 client)
    {
        var set = SetOf(client);
        lock (_locks[set % _locks.Length])
        {
            foreach (ref var entry in _entriesByLock.AsSpan(set * Ways, Ways))
            {
                if (entry.Client == client && entry.Active > 0)
                {
                    entry.Active--;
                    return;
                }
            }
        }

        throw new InvalidOperationException("A handshake was counted off that had not been counted.");
    }

    /// <summary>How many handshakes are in progress.</summary>
    internal int CountActive()
    {
        var active = 0;
        for (var set = 0; set <= _setMask; set++)
        {
            lock (_locks[set % _locks.Length])
            {
                foreach (ref var entry in _entriesByLock.AsSpan(set * Ways, Ways))
                {
                    active += entry.Active;
                }
            }
        }

        return active;
    }

    // Seeded by the process: nobody outside can aim at a set.
    private int SetOf(UInt128 client) => client.GetHashCode() & _setMask;

    /// <summary>The client's entry, or one that it may have; a null reference when all have handshakes in progress.</summary>
    private ref Entry Find(UInt128 client, int set, long now)
    {
        ref var free = ref Unsafe.NullRef<Entry>();
        foreach (ref var entry in _entriesByLock.AsSpan(set * Ways, Ways))
        {
            if (entry.Client == client && (entry.Active > 0 || entry.Full > now))
            {
                return ref entry;
            }

            if (entry.Active == 0 && (Unsafe.IsNullRef(ref free) || entry.Full < free.Full))
            {
                free = ref entry;
            }
        }

        return ref free;
    }

    private struct Entry
    {
        internal UInt128 Client;

        /// <summary>When its bucket is full again.</summary>
        internal long Full;

        internal int Active;
    }
}
