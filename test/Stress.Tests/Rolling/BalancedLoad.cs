using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace Aeronet.AspNetCore.Stress.Tests.Rolling;

/// <summary>Clients of every kind that ask again and again, and note each request that was not answered as it should be.</summary>
internal sealed class BalancedLoad : IAsyncDisposable
{
    private const string Conversation = "conversation";
    private const string Message = "message";

    private readonly Balancer _balancer;
    private readonly ConcurrentDictionary<string, int> _answered = new();
    private readonly ConcurrentQueue<string> _lost = new();
    private readonly List<Task> _clients = [];
    private readonly HttpClient _plain = CreateClient(HttpVersion.Version11);
    private readonly HttpClient _http2 = CreateClient(HttpVersion.Version20);
    private volatile bool _stops;
    private int _lastId;

    internal BalancedLoad(Balancer balancer)
    {
        _balancer = balancer;
        Add(8, "plain", () => WorkAsync(_plain, balancer.Plain));
        Add(4, "tls", () => WorkAsync(_plain, balancer.Tls));
        Add(16, "h2", () => WorkAsync(_http2, balancer.Http2));
        Add(4, "upload", () => UploadAsync(_plain, balancer.Plain));
        Add(2, "upload-tls", () => UploadAsync(_plain, balancer.Tls));
        Add(2, "upload-h2", () => UploadAsync(_http2, balancer.Http2));
        Add(2, "slow", () => DownloadAsync(_plain, balancer.Plain));
        Add(2, "slow-h2", () => DownloadAsync(_http2, balancer.Http2));
        Add(4, Conversation, ConverseAsync);
        _answered[Message] = 0;
    }

    /// <summary>What was answered, by kind.</summary>
    internal IReadOnlyDictionary<string, int> Answered => _answered;

    /// <summary>Whether each kind was. A conversation ends when a server leaves.</summary>
    internal bool HasAnsweredAll => _answered.All(kind => kind.Value > 0 || kind.Key == Conversation);

    internal IReadOnlyCollection<string> Lost => _lost;

    /// <summary>Lets every client finish what it has begun.</summary>
    internal async Task StopAsync()
    {
        _stops = true;
        await Task.WhenAll(_clients).OrTimeout("the clients to finish", TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _plain.Dispose();
        _http2.Dispose();
    }

    private void Add(int clients, string kind, Func<Task> request)
    {
        _answered[kind] = 0;
        for (var i = 0; i < clients; i++)
            _clients.Add(Task.Run(() => RunAsync(kind, request)));
    }

    private async Task RunAsync(string kind, Func<Task> request)
    {
        while (!_stops)
        {
            try
            {
                await request();
                Count(kind);

                // Constant, and not all that the machine can do: the servers have to start as well.
                await Task.Delay(20);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or WebSocketException or OperationCanceledException or InvalidDataException)
            {
                _lost.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {kind}: {failure.Message} {failure.InnerException?.Message}");
            }
        }
    }

    private void Count(string kind) => _answered.AddOrUpdate(kind, 1, static (_, count) => count + 1);

    private async Task WorkAsync(HttpClient client, int port)
    {
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        Check(await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/work?id={id}")), id);
    }

    private static async Task UploadAsync(HttpClient client, int port)
    {
        using var content = new PacedContent();
        using var answer = await client.PostAsync(new Uri($"http://127.0.0.1:{port}/upload"), content);
        Check(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(), $"{BalancedServerRole.UploadSize}");
    }

    private static async Task DownloadAsync(HttpClient client, int port) => Check(
        await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/slow")),
        string.Concat(Enumerable.Repeat(BalancedServerRole.Piece, BalancedServerRole.SlowPieces)));

    /// <summary>A conversation: every message is answered, until the server says that it leaves.</summary>
    private async Task ConverseAsync()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_balancer.Plain}/ws"), default);
        var leaves = false;
        while (!leaves && !_stops)
        {
            var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
            await socket.SendAsync(Encoding.ASCII.GetBytes(id), WebSocketMessageType.Text, true, default);
            var answer = await ReceiveAsync(socket);
            if (answer == BalancedServerRole.Leaving)
            {
                leaves = true;
                answer = await ReceiveAsync(socket);
            }

            Check(answer, id);
            Count(Message);
            await Task.Delay(10);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        while (socket.State == WebSocketState.CloseSent)
            await ReceiveAsync(socket);
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[256];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var received = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
        return Encoding.ASCII.GetString(buffer, 0, received.Count);
    }

    private static void Check(string answer, string expected)
    {
        if (answer != expected)
            throw new InvalidDataException($"'{answer}' instead of '{expected}'");
    }

    private static HttpClient CreateClient(Version version) => new(new SocketsHttpHandler { UseProxy = false })
    {
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>A body that takes its time and does not say how long it is.</summary>
    private sealed class PacedContent : HttpContent
    {
        private const int Pieces = 8;
        private static readonly byte[] s_piece = new byte[BalancedServerRole.UploadSize / Pieces];

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < Pieces; i++)
            {
                await stream.WriteAsync(s_piece);
                await stream.FlushAsync();
                await Task.Delay(20);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
