using System.Buffers;
using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// Rents and returns the blocks of a memory pool by way of a few kept at hand on each loop thread. The pool hands out
/// the block that was returned longest ago, which the processor's cache has long forgotten; a loop thread returns a
/// block and needs one again within microseconds, and takes the warm one.
/// </summary>
/// <param name="pool">The server's pool, or one of the application's.</param>
/// <param name="onFailed">
/// Hears of a block that its pool does not take. Nobody else does: blocks go back in the middle of a send and of a connection's end,
/// on threads where what is thrown would end the process.
/// </param>
internal sealed class BlockPool(MemoryPool<byte> pool, Action<Exception> onFailed)
{
    internal MemoryPool<byte> Pool => pool;

    /// <summary>A block of at least <paramref name="sizeHint"/> bytes, which the pool's largest covers.</summary>
    internal IMemoryOwner<byte> Rent(int sizeHint)
    {
        if (LoopThread.Current is { } thread && thread.Blocks.TryPop(out var block))
        {
            if (block.Memory.Length >= sizeHint)
            {
                return block;
            }

            // Only with a pool of the application's whose blocks differ in size.
            WarmBlocks.GiveBack(block, onFailed);
        }

        return pool.Rent(sizeHint);
    }

    internal void Return(IMemoryOwner<byte> block)
    {
        if (LoopThread.Current is not { } thread || !thread.Blocks.TryPush(block))
        {
            WarmBlocks.GiveBack(block, onFailed);
        }
    }
}
