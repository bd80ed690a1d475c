using System.Buffers;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// Says when the memory pools of a transport can be disposed: when the last of those has left that may still have a block of theirs.
/// That is the transport, until its loops have ended, and each connection, until its application has. <paramref name="onFailed"/> hears
/// of a pool that throws: the others are disposed all the same.
/// </summary>
internal sealed class PoolLease(IReadOnlyList<MemoryPool<byte>> pools, Action<Exception> onFailed)
{
    // The transport is one.
    private int _holders = 1;

    internal void Hold() => Interlocked.Increment(ref _holders);

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            foreach (var pool in pools)
            {
                try
                {
                    pool.Dispose();
                }
                catch (Exception failure)
                {
                    onFailed(failure);
                }
            }
        }
    }
}
