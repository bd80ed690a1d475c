using System.Diagnostics;
using System.Net;
using System.Security.Authentication;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>What <see cref="RequestLoad"/> is for plain connections, over TLS: a thread and a connection each.</summary>
internal sealed class TlsLoad : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Task _running;
    private List<long> _ticksByGate = [];
    private volatile bool _stopping;

    private TlsLoad(IPEndPoint server, string path, int connections, TimeSpan pause) =>
        _running = Task.WhenAll(Enumerable.Range(0, connections).Select(number => BlockingClient.RunAsync(() => Run(server, path, pause, number))));

    internal static TlsLoad Start(IPEndPoint server, string path, int connections, TimeSpan pause = default) => new(server, path, connections, pause);

    /// <summary>Lets it run for a while and tells of that while only.</summary>
    internal async Task<Latencies> MeasureAsync(TimeSpan time)
    {
        Take();
        await Task.Delay(time);
        return Take();
    }

    /// <summary>Receives what is in flight, closes the connections and tells of the responses since the last look. Throws what went wrong.</summary>
    internal Latencies Stop()
    {
        _stopping = true;
        Assert.True(_running.Wait(s_limit), "The load does not stop.");
        return Take();
    }

    public void Dispose() => _stopping = true;

    private Latencies Take()
    {
        if (_running.IsFaulted)
            _running.GetAwaiter().GetResult();

        lock (_gate)
        {
            var taken = _ticksByGate;
            _ticksByGate = [];
            return new Latencies(taken);
        }
    }

    private void Run(IPEndPoint server, string path, TimeSpan pause, int number)
    {
        using var client = new BlockingClient(server, tls: TlsParties.Client(number % 2 == 0 ? SslProtocols.Tls12 : SslProtocols.Tls13));
        while (!_stopping)
        {
            var start = Stopwatch.GetTimestamp();
            client.SendGet(path);
            Assert.Equal(200, client.ReceiveResponse());
            lock (_gate)
                _ticksByGate.Add(Stopwatch.GetTimestamp() - start);

            if (pause > TimeSpan.Zero)
                Thread.Sleep(pause);
        }
    }
}
