using System.Buffers;
using System.Runtime.ExceptionServices;
using Aeronet.AspNetCore.Transport.Connections;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>A pool of 4096-byte blocks that knows how many are out, fills what comes back with rubbish, and refuses a block that comes back twice.</summary>
internal sealed class TrackingMemoryPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private int _outstanding;
    private int _returnedTwice;

    internal TrackingMemoryPool() => Blocks = new BlockPool(this, static failure => ExceptionDispatchInfo.Throw(failure));

    internal const int BlockSize = 4096;

    /// <summary>This pool as the transport uses it, without a transport to report to: what is thrown goes to the caller.</summary>
    internal BlockPool Blocks { get; }

    /// <summary>Blocks that came back a second time.</summary>
    internal int ReturnedTwice => Volatile.Read(ref _returnedTwice);

    /// <summary>Before a block is rented.</summary>
    internal Action? OnRent { get; set; }

    /// <summary>Before a block comes back.</summary>
    internal Action? OnReturn { get; set; }

    internal int Outstanding => Volatile.Read(ref _outstanding);

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        OnRent?.Invoke();
        Interlocked.Increment(ref _outstanding);
        return new Block(this);
    }

    MemoryPool<byte> IMemoryPoolFactory<byte>.Create(MemoryPoolOptions? options) => this;

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(TrackingMemoryPool pool) : IMemoryOwner<byte>
    {
        private int _disposed;

        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);

        public void Dispose()
        {
            pool.OnReturn?.Invoke();
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
            {
                Interlocked.Increment(ref pool._returnedTwice);
                throw new InvalidOperationException("A block was returned twice.");
            }

            Memory.Span.Fill(0xEE);
            Interlocked.Decrement(ref pool._outstanding);
        }
    }
}
