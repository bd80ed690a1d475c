using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>A few memory blocks kept by one thread, last in, first out. Own thread only.</summary>
internal sealed class WarmBlocks
{
    private const int Capacity = 16;

    private readonly IMemoryOwner<byte>[] _blocks = new IMemoryOwner<byte>[Capacity];
    private int _count;

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

    /// <summary>Gives all blocks back to their pools.</summary>
    internal void Clear()
    {
        while (TryPop(out var block))
        {
            block.Dispose();
        }

        Array.Clear(_blocks);
    }
}
