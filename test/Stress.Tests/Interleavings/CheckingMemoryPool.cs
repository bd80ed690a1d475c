using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>
/// A memory pool that finds who returns a block twice, and who writes to one after it was returned. What comes back is filled with
/// rubbish, which a peer sees when it is sent all the same.
/// </summary>
internal sealed class CheckingMemoryPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockSize = 4096;
    private const byte Rubbish = 0xEE;

    // Long enough in here that a late write is found.
    private const int Quarantine = 64;

    private readonly ConcurrentQueue<byte[]> _returned = new();
    private readonly ConcurrentQueue<string> _faults = new();

    /// <summary>What was done wrong, with where.</summary>
    internal IReadOnlyCollection<string> Faults => _faults;

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (_returned.Count < Quarantine || !_returned.TryDequeue(out var bytes))
            return new Block(this, GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true));

        if (bytes.AsSpan().ContainsAnyExcept(Rubbish))
            _faults.Enqueue("A block was written to after it was returned.");

        return new Block(this, bytes);
    }

    MemoryPool<byte> IMemoryPoolFactory<byte>.Create(MemoryPoolOptions? options) => this;

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(CheckingMemoryPool pool, byte[] bytes) : IMemoryOwner<byte>
    {
        private int _disposed;

        public Memory<byte> Memory
        {
            get
            {
                if (Volatile.Read(ref _disposed) != 0)
                    pool._faults.Enqueue($"A block was used after it was returned: {Environment.StackTrace}");

                return bytes;
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
            {
                pool._faults.Enqueue($"A block was returned twice: {Environment.StackTrace}");
                return;
            }

            bytes.AsSpan().Fill(Rubbish);
            pool._returned.Enqueue(bytes);
        }
    }
}
