using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.Testing;

/// <summary>
/// Makes pools of 4096-byte blocks that know how many are out and mind their manners: a block that comes back twice or to a
/// pool that was disposed is remembered, and the caller gets an exception.
/// </summary>
public sealed class CountingPools : IMemoryPoolFactory<byte>
{
    private int _outstanding;
    private int _rented;
    private int _misdeeds;
    private int _openPools;

    /// <summary>Blocks that are out.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Blocks that were ever rented.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>Blocks that came back twice or too late, or were asked for too late.</summary>
    public int Misdeeds => Volatile.Read(ref _misdeeds);

    /// <summary>Pools that have not been disposed.</summary>
    public int OpenPools => Volatile.Read(ref _openPools);

    /// <summary>How long a block takes to come back: enough of it makes a race for the last ones plain.</summary>
    public TimeSpan ReturnTime { get; init; }

    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        Interlocked.Increment(ref _openPools);
        return new Pool(this);
    }

    private InvalidOperationException Mind(string misdeed)
    {
        Interlocked.Increment(ref _misdeeds);
        return new InvalidOperationException(misdeed);
    }

    private sealed class Pool(CountingPools owner) : MemoryPool<byte>
    {
        private const int BlockSize = 4096;

        private int _disposed;

        public override int MaxBufferSize => BlockSize;

        internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

        internal CountingPools Owner => owner;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
            if (IsDisposed)
                throw owner.Mind("A block was asked of a pool that has been disposed.");

            Interlocked.Increment(ref owner._outstanding);
            Interlocked.Increment(ref owner._rented);
            return new Block(this);
        }

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                Interlocked.Decrement(ref owner._openPools);
        }
    }

    private sealed class Block(Pool pool) : IMemoryOwner<byte>
    {
        private int _disposed;

        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(4096, pinned: true);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
                throw pool.Owner.Mind("A block was returned twice.");

            if (pool.Owner.ReturnTime > TimeSpan.Zero)
                Thread.Sleep(pool.Owner.ReturnTime);

            Memory.Span.Fill(0xEE);
            Interlocked.Decrement(ref pool.Owner._outstanding);
            if (pool.IsDisposed)
                throw pool.Owner.Mind("A block was returned to a pool that has been disposed.");
        }
    }
}
