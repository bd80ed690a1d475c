using System.Buffers;
using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// Rents and returns the blocks of a server's memory pool by way of a few kept at hand on each loop thread. The pool hands
/// out the block that was returned longest ago, which the processor's cache has long forgotten; a loop thread returns a
/// block and needs one again within microseconds, and takes the warm one.
/// </summary>
internal static class BlockPool
{
    /// <summary>A block of at least <paramref name="sizeHint"/> bytes, which the pool's largest covers.</summary>
    internal static IMemoryOwner<byte> Rent(MemoryPool<byte> pool, int sizeHint)
    {
        if (LoopThread.Current is { } thread && thread.Blocks.TryPop(out var block))
        {
            if (block.Memory.Length >= sizeHint)
            {
                return block;
            }

            // Only with a pool of the application's whose blocks differ in size.
            block.Dispose();
        }

        return pool.Rent(sizeHint);
    }

    internal static void Return(IMemoryOwner<byte> block)
    {
        if (LoopThread.Current is not { } thread || !thread.Blocks.TryPush(block))
        {
            block.Dispose();
        }
    }
}
