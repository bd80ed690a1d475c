using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Tests.Support;
using CsCheck;

namespace Aeronet.AspNetCore.Transport.Tests.Pipes;

/// <summary>The received bytes behave as those of a <see cref="Pipe"/>, which is the oracle.</summary>
public sealed class InputBufferTests
{
    private enum Step
    {
        Send,
        Receive,
        Advance,
        Hold,
        Release,
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(1024 * 1024)]
    public void RandomOperations_SameAsAPipe(long maxReceive) =>
        Gen.Select(Gen.Enum<Step>(), Gen.Frequency((3, Gen.Int[1, 300]), (2, Gen.Int[1, 20_000]), (1, Gen.Int[4095, 4097])), Gen.Double[0, 1], Gen.Double[0, 1])
            .List[1, 60]
            .Sample(steps => RunAgainstPipe(steps, maxReceive), iter: 400, threads: 1);

    [Fact]
    public void Receive_BacklogOfAnUpload_TakesSeveralBlocksAtOnce()
    {
        using var pair = new SocketPair();
        using var pool = new TrackingMemoryPool();
        var buffer = new InputBuffer(pool.Blocks, 1024 * 1024);
        var sent = Pattern.Bytes(100_000);
        pair.Peer.SendBufferSize = 400_000;
        pair.Peer.Send(sent);

        var receives = 0;
        while (buffer.Sequence.Length < sent.Length)
        {
            Assert.True(buffer.Receive(new PlainChannel(pair.Handle), out _).Bytes > 0);
            receives++;
        }

        Assert.Equal(sent, buffer.Sequence.ToArray());
        Assert.True(receives <= 6, $"{receives} receives for 25 blocks");
        Assert.True(buffer.Receive(new PlainChannel(pair.Handle), out var filledAll).IsWouldBlock);
        Assert.False(filledAll);
        buffer.Clear();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Receive_ThePoolThrowsAfterSomeBlocks_TheyGoBack()
    {
        using var pair = new SocketPair();
        using var pool = new TrackingMemoryPool();
        var buffer = new InputBuffer(pool.Blocks, 1024 * 1024);
        pair.Peer.SendBufferSize = 400_000;
        pair.Peer.Send(Pattern.Bytes(100_000));
        Assert.Equal(4096, buffer.Receive(new PlainChannel(pair.Handle), out _).Bytes);
        var rents = 0;
        pool.OnRent = () => Assert.True(++rents < 3);

        Assert.ThrowsAny<Exception>(() => buffer.Receive(new PlainChannel(pair.Handle), out _));

        Assert.Equal((3, 1), (rents, pool.Outstanding));
        pool.OnRent = null;
        while (buffer.Sequence.Length < 100_000)
            Assert.True(buffer.Receive(new PlainChannel(pair.Handle), out _).Bytes > 0);

        Assert.Equal(Pattern.Bytes(100_000), buffer.Sequence.ToArray());
        buffer.Clear();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Receive_MaxReceive_BoundsOneCall()
    {
        using var pair = new SocketPair();
        using var pool = new TrackingMemoryPool();
        var buffer = new InputBuffer(pool.Blocks, 8192);
        pair.Peer.SendBufferSize = 400_000;
        pair.Peer.Send(Pattern.Bytes(100_000));

        for (var i = 0; i < 5; i++)
            Assert.InRange(buffer.Receive(new PlainChannel(pair.Handle), out _).Bytes, 1, 8192);

        buffer.Clear();
    }

    [Fact]
    public void Receive_NothingThere_WouldBlockAndNoBlockIsHeld()
    {
        using var pair = new SocketPair();
        using var pool = new TrackingMemoryPool();
        var buffer = new InputBuffer(pool.Blocks, 1024 * 1024);

        Assert.True(buffer.Receive(new PlainChannel(pair.Handle), out _).IsWouldBlock);

        Assert.Equal(0, pool.Outstanding);
        Assert.False(buffer.HasUnexamined);
        Assert.True(buffer.Sequence.IsEmpty);
    }

    [Fact]
    public void AdvanceTo_EverythingConsumed_NoBlockIsHeld()
    {
        using var pair = new SocketPair();
        using var pool = new TrackingMemoryPool();
        var buffer = new InputBuffer(pool.Blocks, 1024 * 1024);
        for (var i = 0; i < 10; i++)
        {
            pair.Peer.Send(Pattern.Bytes(5000));
            while (buffer.Sequence.Length < 5000)
                Assert.True(buffer.Receive(new PlainChannel(pair.Handle), out _).IsSuccess);

            buffer.AdvanceTo(buffer.Sequence.End, buffer.Sequence.End);
            Assert.Equal(0, pool.Outstanding);
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void Receive_EndOfStreamAndReset_AreValues()
    {
        using var pool = new TrackingMemoryPool();
        using var pair = new SocketPair();
        var buffer = new InputBuffer(pool.Blocks, 1024 * 1024);
        pair.Peer.Shutdown(SocketShutdown.Send);

        var end = buffer.Receive(new PlainChannel(pair.Handle), out _);
        Assert.True(end.IsSuccess);
        Assert.Equal(0, end.Bytes);

        pair.Handle.Close();
        Assert.Equal(Native.Errno.EBADF, buffer.Receive(new PlainChannel(pair.Handle), out _).Errno);
        Assert.Equal(0, pool.Outstanding);
    }

    private static void RunAgainstPipe(List<(Step Step, int Size, double Consumed, double Examined)> steps, long maxReceive)
    {
        using var pair = new SocketPair();
        using var pool = new TrackingMemoryPool();
        var buffer = new InputBuffer(pool.Blocks, maxReceive);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        var inFlight = new Queue<byte>();
        var position = 0L;
        var received = 0L;
        var taken = 0L;
        pair.Peer.SendBufferSize = 1024 * 1024;
        foreach (var (step, size, consumed, examined) in steps)
        {
            switch (step)
            {
                case Step.Send when inFlight.Count < 200_000:
                    var bytes = Pattern.Bytes(size, position);
                    position += size;
                    pair.Peer.Send(bytes);
                    Array.ForEach(bytes, inFlight.Enqueue);
                    break;
                case Step.Receive:
                    var result = buffer.Receive(new PlainChannel(pair.Handle), out _);
                    Assert.Equal(inFlight.Count == 0, result.IsWouldBlock);
                    received += Math.Max(0, result.Bytes);
                    for (var i = 0; i < result.Bytes; i++)
                        pipe.Writer.Write([inFlight.Dequeue()]);

                    pipe.Writer.FlushAsync().AsTask().GetAwaiter().GetResult();
                    break;
                case Step.Advance:
                    taken += Advance(buffer, pipe.Reader, consumed, examined);
                    break;
                case Step.Hold:
                    buffer.Holds = consumed > 0.3;
                    break;
                case Step.Release:
                    buffer.ReleaseConsumed();
                    Assert.Equal(taken, buffer.HeldPosition);
                    break;
            }

            Assert.Equal(taken, buffer.Position);
            Assert.Equal(Pattern.Bytes((int)(received - buffer.HeldPosition), buffer.HeldPosition), buffer.Held.ToArray());
            Assert.Equal(taken == received, buffer.IsEmpty);
        }

        // What is left is the same too.
        var rest = pipe.Reader.TryRead(out var read) ? read.Buffer.ToArray() : null;
        Assert.Equal(rest is not null, buffer.HasUnexamined);
        if (rest is not null)
            Assert.Equal(rest, buffer.Sequence.ToArray());

        buffer.Clear();
        Assert.Equal(0, pool.Outstanding);
        Assert.False(buffer.HasUnexamined);
    }

    /// <summary>Consumes of both; how much.</summary>
    private static long Advance(InputBuffer buffer, PipeReader oracle, double consumed, double examined)
    {
        var expected = oracle.TryRead(out var read);
        Assert.Equal(expected, buffer.HasUnexamined);
        if (!expected)
            return 0;

        var ours = buffer.Sequence;
        Assert.Equal(read.Buffer.ToArray(), ours.ToArray());

        // Often the whole, as parsers do.
        var length = read.Buffer.Length;
        var consume = consumed > 0.6 ? length : (long)(length * consumed);
        var examine = examined > 0.6 ? length : consume + (long)((length - consume) * examined);
        oracle.AdvanceTo(read.Buffer.GetPosition(consume), read.Buffer.GetPosition(examine));
        buffer.AdvanceTo(ours.GetPosition(consume), ours.GetPosition(examine));
        Assert.Equal(length - consume, buffer.Sequence.Length);
        return consume;
    }
}
