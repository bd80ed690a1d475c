using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Functional.Tests.Connections;

public sealed class ConnectionHandlerTests
{
    [Theory, BothTransports]
    public async Task LineEcho_WholeAndSplitLines_Echoed(TransportKind transport)
    {
        await using var host = await StartAsync<LineEchoHandler>(transport);
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync($"line {i}\n");
            Assert.Equal($"line {i}\n", await client.ReadUntilAsync("\n"));
        }

        await client.DribbleAsync("one byte at a time\n");
        Assert.Equal("one byte at a time\n", await client.ReadUntilAsync("\n"));
        await client.SendAsync(string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i}\n")));
        for (var i = 0; i < 1000; i++)
            Assert.Equal($"{i}\n", await client.ReadUntilAsync("\n"));
    }

    [Theory, BothTransports]
    public async Task LineEcho_LineLongerThanManyBlocks_Echoed(TransportKind transport)
    {
        await using var host = await StartAsync<LineEchoHandler>(transport);
        using var client = await host.ConnectAsync();
        var line = new string('x', 500_000) + "\n";

        var sending = client.SendAsync(line);
        Assert.Equal(line, await client.ReadUntilAsync("\n"));
        await sending;
    }

    [Theory, BothTransports]
    public async Task ServerSpeaksFirst_GreetingArrivesUnasked(TransportKind transport)
    {
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            await connection.Transport.Output.WriteAsync("220 ready\r\n"u8.ToArray());
            var read = await connection.Transport.Input.ReadAsync();
            while (read.Buffer.PositionOf((byte)'\n') is null)
            {
                connection.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                read = await connection.Transport.Input.ReadAsync();
            }

            await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes($"250 {Encoding.ASCII.GetString(read.Buffer)}"));
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
        });

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var client = await host.ConnectAsync();
            Assert.Equal("220 ready\r\n", await client.ReadUntilAsync("\r\n"));
            await client.SendAsync($"HELO {i}\r\n");
            Assert.Equal($"250 HELO {i}\r\n", await client.ReadUntilAsync("\r\n"));
        }));
    }

    [Theory, BothTransports]
    public async Task ServerSpeaksOnly_BytesWrittenBeforeTheEnd_AllArrive(TransportKind transport)
    {
        const int Size = 3_000_000;
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            connection.Transport.Output.Write(Pattern.Bytes(Size));
            await connection.Transport.Output.FlushAsync();
        });
        using var client = await host.ConnectAsync();

        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Equal(Size, bytes.Length);
        Assert.Equal(-1, Pattern.FindMismatch(bytes));
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Theory, BothTransports]
    public async Task ServerEnds_WithoutAFlush_WrittenBytesArrive(TransportKind transport)
    {
        await using var host = await ConnectionFeatureTests.StartAsync(transport, connection =>
        {
            connection.Transport.Output.Write("unflushed"u8);
            return Task.CompletedTask;
        });
        using var client = await host.ConnectAsync();

        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Equal("unflushed", Encoding.ASCII.GetString(bytes));
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    // close(2) with unread bytes sends RST, which can destroy what the client has not read yet.
    [Theory]
    [BothTransports(100)]
    [BothTransports(50_000)]
    public async Task ServerEnds_ClientBytesUnread_ResponseStillArrives(TransportKind transport, int unread)
    {
        const int Size = 100_000;
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            await connection.Transport.Output.WriteAsync("go"u8.ToArray());
            await connection.Transport.Input.ReadAsync();
            await connection.Transport.Output.WriteAsync(Pattern.Bytes(Size));
        });
        using var client = await host.ConnectAsync();

        await client.ReadExactlyAsync(2);
        await client.SendAsync(Pattern.Bytes(unread));
        var response = await client.ReadExactlyAsync(Size);
        var (rest, end) = await client.ReadToEndAsync();

        Assert.Equal(-1, Pattern.FindMismatch(response));
        Assert.Empty(rest);
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Theory, BothTransports]
    public async Task Output_Completed_ClientSeesFinWhileTheHandlerReadsOn(TransportKind transport)
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            await connection.Transport.Output.WriteAsync("x"u8.ToArray());
            var read = await connection.Transport.Input.ReadAsync();
            heard.SetResult(Encoding.ASCII.GetString(read.Buffer));
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            await connection.Transport.Output.CompleteAsync();
            await connection.Transport.Input.CompleteAsync();
        });
        using var client = await host.ConnectAsync();

        await client.ReadExactlyAsync(1);
        await client.SendAsync("hello");

        Assert.Equal("hello", await heard.Task.OrTimeout("the handler"));
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
    }

    private static Task<KestrelHost> StartAsync<T>(TransportKind transport)
        where T : ConnectionHandler
        => KestrelHost.StartAsync(transport, new KestrelHostOptions { Listen = listen => listen.UseConnectionHandler<T>() });
}
