using System.Buffers;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// The memory pools of one transport, one a loop. Disposed by the last of those that may still have a block of theirs: the
/// transport, until its loops have ended, and each connection, until its application has.
/// </summary>
internal sealed class BlockPools(IReadOnlyList<MemoryPool<byte>> pools)
{
    // The transport is one.
    private int _holders = 1;

    internal MemoryPool<byte> this[int loop] => pools[loop];

    internal void Hold() => Interlocked.Increment(ref _holders);

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            foreach (var pool in pools)
            {
                pool.Dispose();
            }
        }
    }
}
