using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Pipes;

/// <summary>A connection's writer against what <see cref="Pipe"/> documents.</summary>
public sealed class OutputTests
{
    [Fact]
    public Task UnflushedBytes_CountsUntilTheFlush() => ConnectionScript.RunAsync(
        async connection =>
        {
            var output = connection.Transport.Output;
            Assert.True(output.CanGetUnflushedBytes);
            Assert.Equal(0, output.UnflushedBytes);
            output.Write("hello"u8);
            Assert.Equal(5, output.UnflushedBytes);
            output.Write(new byte[10_000]);
            Assert.Equal(10_005, output.UnflushedBytes);
            await output.FlushAsync();
            Assert.Equal(0, output.UnflushedBytes);
        },
        async client => Assert.Equal(10_005, (await client.ReadExactlyAsync(10_005)).Length));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(1_000_000)]
    public Task GetMemory_SizeHint_AtLeastThatMuch(int hint) => ConnectionScript.RunAsync(
        async connection =>
        {
            var output = connection.Transport.Output;
            for (var i = 0; i < 3; i++)
            {
                var memory = output.GetMemory(hint);
                Assert.True(memory.Length >= Math.Max(1, hint));
                var used = Math.Max(1, hint);
                Pattern.Fill(memory.Span[..used], i * used);
                output.Advance(used);
                Assert.True(output.GetSpan(hint).Length >= hint);
            }

            await output.FlushAsync();
        },
        client => client.VerifyAsync(3 * Math.Max(1, hint)));

    [Fact]
    public Task GetMemory_AskedTwice_TheSecondCounts() => ConnectionScript.RunAsync(
        async connection =>
        {
            var output = connection.Transport.Output;
            output.GetMemory(10).Span.Fill((byte)'x');
            "small"u8.CopyTo(output.GetSpan(5));
            output.Advance(5);
            output.GetMemory(10).Span.Fill((byte)'x');
            "large"u8.CopyTo(output.GetSpan(50_000));
            output.Advance(5);
            output.Advance(0);
            await output.FlushAsync();
            output.GetMemory();
            await output.FlushAsync();
            output.Write("."u8);
            await output.FlushAsync();
        },
        async client => Assert.Equal("smalllarge.", Encoding.ASCII.GetString(await client.ReadExactlyAsync(11))));

    [Fact]
    public Task WrongArguments_Throw() => ConnectionScript.RunAsync(
        connection =>
        {
            var output = connection.Transport.Output;
            Assert.Throws<ArgumentOutOfRangeException>(() => output.GetMemory(-1));
            Assert.Throws<ArgumentOutOfRangeException>(() => output.GetSpan(-1).Length);
            Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(1));
            var memory = output.GetMemory(100);
            Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(-1));
            Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(memory.Length + 1));
            output.Advance(memory.Length);
            Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(1));
            return Task.CompletedTask;
        },
        _ => Task.CompletedTask);

    [Fact]
    public Task Complete_CommitsUnflushedBytes() => ConnectionScript.RunAsync(
        connection =>
        {
            connection.Transport.Output.Write("last words"u8);
            connection.Transport.Output.Complete();
            return Task.CompletedTask;
        },
        async client => Assert.Equal("last words", Encoding.ASCII.GetString((await client.ReadToEndAsync()).Bytes)));

    [Fact]
    public Task FlushAsync_NothingWritten_CompletesAtOnce() => ConnectionScript.RunAsync(
        connection =>
        {
            for (var i = 0; i < 3; i++)
            {
                var flush = connection.Transport.Output.FlushAsync();
                Assert.True(flush.IsCompletedSuccessfully);
                Assert.False(flush.Result.IsCanceled || flush.Result.IsCompleted);
            }

            return Task.CompletedTask;
        },
        _ => Task.CompletedTask);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public Task RandomWritesAndFlushes_EveryByteArrivesInOrder(int seed, bool onLoop)
    {
        var random = new Random(seed);
        var steps = Enumerable.Range(0, 200)
            .Select(_ => (Size: random.Next(7) switch { < 4 => random.Next(1, 200), < 6 => random.Next(1, 9000), _ => random.Next(60_000, 140_000) },
                Flush: random.Next(4) > 0,
                Hop: random.Next(2) == 0))
            .ToArray();
        var total = steps.Sum(step => (long)step.Size);
        return ConnectionScript.RunAsync(
            async connection =>
            {
                var output = connection.Transport.Output;
                if (onLoop)
                    await ConnectionScript.GoToLoopAsync(connection);

                var position = 0L;
                foreach (var (size, flush, hop) in steps)
                {
                    var left = size;
                    while (left > 0)
                    {
                        var memory = output.GetMemory(Math.Min(left, 3000));
                        var part = Math.Min(left, memory.Length);
                        Pattern.Fill(memory.Span[..part], position);
                        output.Advance(part);
                        position += part;
                        left -= part;
                    }

                    if (flush)
                        await output.FlushAsync();

                    if (hop && !onLoop)
                        await Task.Yield();
                }

                await output.FlushAsync();
            },
            async client =>
            {
                if (onLoop)
                    await ConnectionScript.FollowToLoopAsync(client);

                await client.VerifyAsync(total);
            },
            transport => transport.MaxWriteBufferSize = 32 * 1024);
    }
}
