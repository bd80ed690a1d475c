using System.Buffers;
using Aeronet.AspNetCore.Transport.SendFile;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>One link of a connection's output: a block of memory, or a region of a file.</summary>
internal sealed class OutputSegment
{
    private IMemoryOwner<byte>? _owner;
    private byte[]? _large;

    internal OutputSegment? Next { get; set; }

    internal Memory<byte> Block { get; private set; }

    internal FileRegion? Region { get; private set; }

    /// <summary>Bytes that have left. Moved by the sender.</summary>
    internal long Sent { get; set; }

    /// <summary>Bytes that may leave. Moved by a flush.</summary>
    internal long Committed { get; set; }

    /// <summary>Bytes written. Moved by the application.</summary>
    internal long Written { get; set; }

    internal bool IsFile => Region is not null;

    internal long Unsent => Committed - Sent;

    internal int Room => Block.Length - (int)Written;

    internal ReadOnlyMemory<byte> UnsentMemory => Block[(int)Sent..(int)Committed];

    internal void UseBlock(BlockPool pool, int sizeHint)
    {
        if (sizeHint <= pool.Pool.MaxBufferSize)
        {
            _owner = pool.Rent(sizeHint);
            Block = _owner.Memory;
        }
        else
        {
            _large = ArrayPool<byte>.Shared.Rent(sizeHint);
            Block = _large;
        }
    }

    internal void UseRegion(FileRegion region) => Region = region;

    /// <summary>Gives the file its reference back, whoever may still be appending.</summary>
    internal void ReleaseFile() => Region?.Release();

    /// <summary>Gives the block back to <paramref name="pool"/>, or the file its reference.</summary>
    internal void Clear(BlockPool pool)
    {
        // Exchanged: whatever an application does to its reader and writer from several threads, no block goes back twice.
        if (Interlocked.Exchange(ref _owner, null) is { } owner)
        {
            pool.Return(owner);
        }

        if (Interlocked.Exchange(ref _large, null) is { } large)
        {
            ArrayPool<byte>.Shared.Return(large);
        }

        Region?.Release();
        Region = null;
        Block = default;
        Next = null;
        Sent = Committed = Written = 0;
    }
}
