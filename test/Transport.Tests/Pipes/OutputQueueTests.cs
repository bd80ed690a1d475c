using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Tests.Support;
using CsCheck;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Tests.Pipes;

/// <summary>The chain of what is to be sent against a list of bytes, by random operations.</summary>
public sealed class OutputQueueTests
{
    private enum Step
    {
        Write,
        WriteWithHint,
        File,
        Commit,
        Send,
        Drop,
    }

    [Fact]
    public void RandomOperations_BytesLeaveInOrderOnceAndNothingIsKept()
    {
        using var file = PatternFile.Create(1);
        Gen.Select(
                Gen.Frequency((6, Gen.Const(Step.Write)), (2, Gen.Const(Step.WriteWithHint)), (3, Gen.Const(Step.File)), (6, Gen.Const(Step.Commit)), (12, Gen.Const(Step.Send)), (1, Gen.Const(Step.Drop))),
                Gen.Frequency((3, Gen.Int[1, 300]), (2, Gen.Int[1, 12_000]), (1, Gen.Int[4095, 4097])),
                Gen.Double[0, 1])
            .List[1, 80]
            .Sample(
                steps =>
                {
                    using var model = new Model(file);
                    model.Run(steps);
                },
                iter: 400,
                threads: 1);
    }

    // A response in memory, or a file in HTTP/2 frames: what comes in small steps is not to leave in as many pieces.
    [Fact]
    public void MuchUnflushed_LiesInFewBlocks_AndALittleInThePools()
    {
        var pool = new TrackingMemoryPool();
        var queue = new OutputQueue(pool.Blocks);
        queue.Lend();
        for (var written = 0; written < 64 * 1024;)
        {
            var step = Math.Min(queue.GetMemory(0).Length, 1000);
            queue.Advance(step);
            written += step;
        }

        queue.Commit();
        Assert.Equal(3, queue.CountMemorySegments(queue.Peek()!, out _, out _));
        Assert.Equal(2, pool.Outstanding);
        queue.Consume(queue.Queued);
        Assert.Equal(0, pool.Outstanding);

        queue.Lend();
        Assert.Equal(TrackingMemoryPool.BlockSize, queue.GetMemory(0).Length);
        queue.Advance(1);
        queue.Commit();
        queue.Drop();
    }

    private sealed class Model(PatternFile file) : IDisposable
    {
        // What a byte of a file is in the list: its position, above all values of bytes in memory.
        private const long FileByte = 1000;

        private readonly TrackingMemoryPool _pool = new();
        private readonly List<long> _written = [];
        private readonly Queue<long> _queued = new();
        private readonly SafeFileHandle _handle = File.OpenHandle(file.FullPath);
        private long _position;
        private long _fileOffset;

        internal void Run(List<(Step Step, int Size, double Share)> steps)
        {
            var queue = new OutputQueue(_pool.Blocks);
            foreach (var (step, size, share) in steps)
            {
                switch (step)
                {
                    case Step.Write:
                        Write(queue, size, hint: 0);
                        break;
                    case Step.WriteWithHint:
                        Write(queue, size, hint: size);
                        break;
                    case Step.File:
                        AppendFile(queue, size);
                        break;
                    case Step.Commit:
                        Commit(queue);
                        break;
                    case Step.Send when _queued.Count > 0:
                        Send(queue, share);
                        break;
                    case Step.Drop:
                        queue.Drop();
                        _queued.Clear();
                        break;
                }

                Check(queue);
            }

            Commit(queue);
            Assert.Equal(_queued.Count, queue.Queued);
            while (_queued.Count > 0)
                Send(queue, share: 1);

            Check(queue);
            Assert.True(queue.IsIdle);
            Assert.Equal(0, _pool.Outstanding);
            _handle.Dispose();
            Assert.Equal(0, file.CountOpen());
        }

        public void Dispose()
        {
            _handle.Dispose();
            _pool.Dispose();
        }

        private void Write(OutputQueue queue, int size, int hint)
        {
            queue.Lend();
            while (size > 0)
            {
                var memory = queue.GetMemory(hint);
                Assert.True(memory.Length >= Math.Max(1, hint));
                var part = Math.Min(size, memory.Length);
                Pattern.Fill(memory.Span[..part], _position);
                foreach (var value in memory.Span[..part])
                    _written.Add(value);

                queue.Advance(part);
                _position += part;
                size -= part;
            }
        }

        private void AppendFile(OutputQueue queue, int size)
        {
            queue.Lend();
            var region = new FileRegion();
            Assert.True(region.TryUse(_handle, _fileOffset, size));
            queue.AdvanceFile(region, size / 2);
            queue.AdvanceFile(region, size - (size / 2));
            Assert.True(queue.EndsWith(region));
            Assert.Equal(0, region.Unclaimed);
            for (var i = 0; i < size; i++)
                _written.Add(FileByte + _fileOffset + i);

            _fileOffset += size;
        }

        private void Commit(OutputQueue queue)
        {
            queue.Commit();
            _written.ForEach(_queued.Enqueue);
            _written.Clear();
        }

        /// <summary>Sends a share of what one call could send.</summary>
        private void Send(OutputQueue queue, double share)
        {
            var first = queue.Peek();
            Assert.NotNull(first);
            var offered = new List<long>();
            if (first.Region is { } region)
            {
                for (var i = 0L; i < first.Unsent; i++)
                    offered.Add(FileByte + region.Offset + first.Sent + i);
            }
            else
            {
                var count = queue.CountMemorySegments(first, out var fileFollows, out _);
                Assert.True(count > 0);
                var segment = first;
                for (var i = 0; i < count; i++, segment = segment!.Next)
                {
                    foreach (var value in segment!.UnsentMemory.Span)
                        offered.Add(value);
                }

                Assert.Equal(fileFollows, offered.Count < _queued.Count && _queued.ElementAt(offered.Count) >= FileByte);
            }

            Assert.InRange(offered.Count, 1, _queued.Count);
            var sent = Math.Max(1, (int)(offered.Count * share));
            for (var i = 0; i < sent; i++)
                Assert.Equal(_queued.Dequeue(), offered[i]);

            queue.Consume(sent);
        }

        private void Check(OutputQueue queue)
        {
            Assert.Equal(_queued.Count, queue.Queued);
            Assert.Equal(_queued.Count(value => value >= FileByte), queue.QueuedFile);
            Assert.Equal(_written.Count, queue.Unflushed);
        }
    }
}
