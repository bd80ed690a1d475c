using System.Buffers;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>One pool block of received bytes, a link of the sequence the application sees.</summary>
internal sealed class InputSegment : ReadOnlySequenceSegment<byte>
{
    private IMemoryOwner<byte>? _owner;
    private Memory<byte> _block;

    internal int Filled { get; private set; }

    internal Memory<byte> Free => _block[Filled..];

    internal InputSegment? NextSegment => (InputSegment?)Next;

    /// <summary>The next segment in the list of spares.</summary>
    internal InputSegment? NextSpare { get; set; }

    internal void Fill(IMemoryOwner<byte> owner)
    {
        _owner = owner;
        _block = owner.Memory;
        Filled = 0;
        Memory = default;
    }

    internal void Append(int bytes)
    {
        Filled += bytes;
        Memory = _block[..Filled];
    }

    /// <summary>Says where in the connection's stream the first segment of a sequence lies.</summary>
    internal void BeginAt(long position) => RunningIndex = position;

    internal void LinkTo(InputSegment next)
    {
        next.RunningIndex = RunningIndex + Filled;
        Next = next;
    }

    /// <summary>Gives the block back to <paramref name="pool"/>.</summary>
    internal void Clear(BlockPool pool)
    {
        // Exchanged: whatever an application does to its reader and writer from several threads, no block goes back twice.
        if (Interlocked.Exchange(ref _owner, null) is { } owner)
        {
            pool.Return(owner);
        }

        _block = default;
        Memory = default;
        Next = null;
        RunningIndex = 0;
        Filled = 0;
    }
}
