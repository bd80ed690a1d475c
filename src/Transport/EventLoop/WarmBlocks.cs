using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>A few memory blocks kept by one thread, last in, first out. Own thread only.</summary>
internal sealed class WarmBlocks
{
    private const int Capacity = 16;

    private readonly IMemoryOwner<byte>[] _blocks = new IMemoryOwner<byte>[Capacity];
    private int _count;

    /// <summary>Whether none is kept. Any thread: a moment's value.</summary>
    internal bool IsEmpty => Volatile.Read(ref _count) == 0;

    internal bool TryPop([NotNullWhen(true)] out IMemoryOwner<byte>? block)
    {
        if (_count == 0)
        {
            block = null;
            return false;
        }

        block = _blocks[--_count];
        return true;
    }

    internal bool TryPush(IMemoryOwner<byte> block)
    {
        if (_count == Capacity)
        {
            return false;
        }

        _blocks[_count++] = block;
        return true;
    }

    /// <summary>Gives all blocks back to their pools. <paramref name="onFailed"/> hears of one that its pool does not take.</summary>
    internal void Clear(Action<Exception> onFailed)
    {
        while (TryPop(out var block))
        {
            GiveBack(block, onFailed);
        }

        Array.Clear(_blocks);
    }

    /// <summary>Gives a block back to its pool. <paramref name="onFailed"/> hears when that does not take it: a pool of the application's may throw.</summary>
    internal static void GiveBack(IMemoryOwner<byte> block, Action<Exception> onFailed)
    {
        try
        {
            block.Dispose();
        }
        catch (Exception failure)
        {
            onFailed(failure);
        }
    }
}
