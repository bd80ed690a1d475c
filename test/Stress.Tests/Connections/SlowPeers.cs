using System.Diagnostics;
using System.Net;
using System.Text;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

/// <summary>
/// Clients that send or receive one byte every ten milliseconds, driven by one thread, and that hurry in the end: then all
/// of them must get their whole response.
/// </summary>
internal sealed class SlowPeers : IDisposable
{
    private const int UploadLength = 2000;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);
    private static readonly byte[] s_upload =
    [
        .. Encoding.Latin1.GetBytes($"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {UploadLength}\r\n\r\n"),
        .. Pattern.Bytes(UploadLength),
    ];

    private readonly List<BlockingClient> _readers;
    private readonly List<BlockingClient> _writers;
    private readonly Thread _thread;
    private int _sent;
    private Exception? _failure;
    private volatile bool _hurry;

    private SlowPeers(IPEndPoint server, int readersOfEach, string[] paths, int writers)
    {
        _readers = [.. paths.SelectMany(path => Enumerable.Range(0, readersOfEach).Select(_ =>
        {
            var reader = new BlockingClient(server, receiveBufferSize: 8 * 1024, verifyPattern: true);
            reader.SendGet(path);
            return reader;
        }))];
        _writers = [.. Enumerable.Range(0, writers).Select(_ => new BlockingClient(server, verifyPattern: true))];
        _thread = new Thread(Run) { IsBackground = true, Name = "slow peers" };
    }

    internal int Count => _readers.Count + _writers.Count;

    internal static SlowPeers Start(IPEndPoint server, int readersOfEach, string[] paths, int writers)
    {
        var peers = new SlowPeers(server, readersOfEach, paths, writers);
        peers._thread.Start();
        return peers;
    }

    /// <summary>Lets all of them finish. Throws what went wrong.</summary>
    internal void Finish(TimeSpan timeout)
    {
        _hurry = true;
        if (!_thread.Join(timeout))
            throw new TimeoutException("The slow clients do not get their responses.");

        if (_failure is not null)
            throw new InvalidOperationException($"A slow client failed: {_failure.Message}", _failure);
    }

    public void Dispose()
    {
        _hurry = true;
        foreach (var client in _readers.Concat(_writers))
            client.Dispose();

        _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (!_hurry)
            {
                var start = Stopwatch.GetTimestamp();
                Crawl();
                var left = s_interval - Stopwatch.GetElapsedTime(start);
                if (left > TimeSpan.Zero)
                    Thread.Sleep(left);
            }

            foreach (var writer in _writers)
                SendUpload(writer, s_upload.Length - _sent);

            foreach (var client in _readers.Concat(_writers))
                Assert.Equal(200, client.ReceiveResponse());
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }

    private void Crawl()
    {
        foreach (var reader in _readers)
            Assert.False(reader.ReceiveSome(1), "The response is shorter than it should be.");

        // The last bytes wait for the end.
        if (_sent == s_upload.Length - 100)
            return;

        foreach (var writer in _writers)
            SendUpload(writer, 1);

        _sent++;
    }

    private void SendUpload(BlockingClient writer, int count) => writer.Send(Encoding.Latin1.GetString(s_upload, _sent, count));
}
