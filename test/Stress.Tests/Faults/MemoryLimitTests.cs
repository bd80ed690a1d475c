using System.Net.Sockets;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>A server that may have little memory, and whose clients would have it hold much more.</summary>
public sealed class MemoryLimitTests
{
    private const long Limit = 200L * 1024 * 1024;
    private const long FileLength = 2 * Limit;
    private const int Readers = 200;
    private const int Uploads = 40;
    private const int UploadLength = 8 * 1024 * 1024;
    private const int FinishingReaders = 10;

    [Fact]
    public async Task Server_SlowReadersAndUploadsOfManyTimesItsMemory_NotKilledAndAnswers()
    {
        using var group = new MemoryGroup(Limit);
        await using var server = await FaultServer.StartAsync(group.Condition, FileLength);
        Assert.Equal(Limit, group.Limit);
        Assert.True(group.Has(server.Id), "The server is not in the group.");
        Assert.True((Readers * (long)FaultServerRole.BigLength) + (Uploads * (long)UploadLength) > 4 * Limit);

        var readers = new List<BlockingClient>();
        var uploads = new List<BlockingClient>();
        var sent = new int[Uploads];
        var body = new byte[UploadLength];
        try
        {
            await BlockingClient.RunAsync(() =>
            {
                for (var i = 0; i < Readers; i++)
                {
                    var reader = new BlockingClient(server.Http, receiveBufferSize: 8 * 1024, verifyPattern: true);
                    readers.Add(reader);
                    reader.SendGet("/big");
                }

                for (var i = 0; i < Uploads; i++)
                {
                    var upload = new BlockingClient(server.Http);
                    uploads.Add(upload);
                    upload.Send($"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {UploadLength}\r\n\r\n");
                    sent[i] = SendWhatIsTaken(upload.Socket, body);
                }

                // A file of more than the memory: its pages fill what is left, and more.
                using var other = new BlockingClient(server.Http);
                other.SendGet("/file");
                Assert.Equal(200, other.ReceiveResponse());
                other.SendGet("/plain");
                Assert.Equal(200, other.ReceiveResponse());
            }).OrTimeout("a file beside those that wait", TimeSpan.FromMinutes(2));

            // Nobody has got or sent all of it: they wait in the server, which holds no more than its buffers.
            Assert.Equal(Readers + Uploads, await server.AskAsync());
            Assert.All(readers, reader => Assert.Equal(0, reader.BodyReceived));
            Assert.All(sent, length => Assert.InRange(length, 1, UploadLength - 1));
            Report.Line($"{group.Peak >> 20} MiB at most, the limit was reached {group.TimesReached} times");
            Assert.True(group.TimesReached > 0, $"The limit was never reached: at most {group.Peak >> 20} MiB.");

            await server.AskAsync("release");
            await BlockingClient.RunAsync(() => Finish(readers, uploads, sent, body)).OrTimeout("those that waited", TimeSpan.FromMinutes(2));
            await Eventually.HoldsAsync(() => server.AskAsync().GetAwaiter().GetResult() == 0, "the last connection to end", timeout: TimeSpan.FromMinutes(1));
            using var after = await RawClient.ConnectAsync(server.Http);
            Assert.Equal("Hello, World!", (await after.GetAsync("/plain")).Text);
            Assert.Equal(0, group.Kills);
            Assert.True(group.Has(server.Id), "The server is gone.");
        }
        finally
        {
            readers.ForEach(client => client.Dispose());
            uploads.ForEach(client => client.Dispose());
        }
    }

    /// <summary>As much as the kernels and the server take when nobody reads.</summary>
    private static int SendWhatIsTaken(Socket socket, byte[] body)
    {
        var sent = 0;
        socket.Blocking = false;
        while (sent < body.Length && socket.Poll(TimeSpan.FromMilliseconds(20), SelectMode.SelectWrite))
        {
            var taken = socket.Send(body.AsSpan(sent), SocketFlags.None, out var error);
            if (error != SocketError.Success && error != SocketError.WouldBlock)
                throw new SocketException((int)error);

            sent += taken;
        }

        socket.Blocking = true;
        return sent;
    }

    /// <summary>Every upload goes on, and some readers, who get all of it; the others leave as crashed clients do.</summary>
    private static void Finish(List<BlockingClient> readers, List<BlockingClient> uploads, int[] sent, byte[] body)
    {
        readers.Skip(FinishingReaders).ToList().ForEach(reader => reader.Reset());
        foreach (var reader in readers.Take(FinishingReaders))
        {
            Assert.Equal(200, reader.ReceiveResponse());
            reader.Dispose();
        }

        for (var i = 0; i < Uploads; i++)
        {
            uploads[i].Send(body.AsSpan(sent[i]));
            Assert.Equal(200, uploads[i].ReceiveResponse());
            uploads[i].Dispose();
        }
    }
}
