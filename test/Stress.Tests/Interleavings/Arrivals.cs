using System.Collections.Concurrent;

namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>
/// What the clients have taken so far, for handlers in the same process that keep their thread until a client has what they flushed:
/// it is owed, whatever their thread does.
/// </summary>
internal sealed class Arrivals
{
    private readonly ConcurrentDictionary<(int Connection, bool OfPartner), Arrival> _all = new();

    internal Arrival Of(int connection, bool ofPartner) => _all.GetOrAdd((connection, ofPartner), static _ => new Arrival());

    internal sealed class Arrival
    {
        private readonly Lock _gate = new();
        private readonly ManualResetEventSlim _moved = new();
        private long _bytesByGate;

        internal void Set(long bytes)
        {
            lock (_gate)
            {
                _bytesByGate = bytes;
                _moved.Set();
            }
        }

        /// <summary>Keeps the calling thread until the client has taken so many bytes.</summary>
        internal void WaitFor(long bytes)
        {
            while (true)
            {
                lock (_gate)
                {
                    if (_bytesByGate >= bytes)
                        return;

                    _moved.Reset();
                }

                if (!_moved.Wait(TaskTimeoutExtensions.DefaultTimeout))
                    throw new TimeoutException($"The client does not get the first {bytes} bytes.");
            }
        }
    }
}
