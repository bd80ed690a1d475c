using System.Buffers;
using Aeronet.AspNetCore.Interleavings.Tests.Choosing;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>A memory pool of small blocks that finds who returns one twice or uses one that has gone back, and fills those with rubbish.</summary>
internal sealed class ScriptedBlocks(ThreadChooser chooser) : MemoryPool<byte>
{
    private const byte Rubbish = 0xEE;

    private int _outstanding;
    private int _disposed;

    internal int Outstanding => Volatile.Read(ref _outstanding);

    internal int Disposed => Volatile.Read(ref _disposed);

    public override int MaxBufferSize => 64 * 1024;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        if (Disposed > 0)
            chooser.Fail(new InvalidOperationException("A block is rented of a pool that was disposed."));

        Interlocked.Increment(ref _outstanding);
        return new Block(this, Math.Max(1024, minBufferSize));
    }

    protected override void Dispose(bool disposing) => Interlocked.Increment(ref _disposed);

    private sealed class Block(ScriptedBlocks pool, int size) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = new byte[size];
        private readonly ThreadChooser _chooser = pool.Chooser;
        private int _returned;

        public Memory<byte> Memory
        {
            get
            {
                if (Volatile.Read(ref _returned) != 0)
                    _chooser.Fail(new InvalidOperationException("A block is used that was returned."));

                return _bytes;
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) != 0)
            {
                _chooser.Fail(new InvalidOperationException("A block is returned twice."));
                return;
            }

            _bytes.AsSpan().Fill(Rubbish);
            Interlocked.Decrement(ref pool._outstanding);
        }
    }

    private ThreadChooser Chooser => chooser;
}
