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
        // Guarded by the object itself, on which is waited.
        private long _bytes;

        internal void Set(long bytes)
        {
            lock (this)
            {
                _bytes = bytes;
                Monitor.PulseAll(this);
            }
        }

        /// <summary>Keeps the calling thread until the client has taken so many bytes.</summary>
        internal void WaitFor(long bytes)
        {
            lock (this)
            {
                while (_bytes < bytes)
                {
                    if (!Monitor.Wait(this, TaskTimeoutExtensions.DefaultTimeout))
                        throw new TimeoutException($"The client does not get the first {bytes} bytes.");
                }
            }
        }
    }
}
