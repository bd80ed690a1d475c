namespace Soak.Sampling;

/// <summary>Looks at a server and at the meters of its clients at even times.</summary>
internal sealed class Sampler(ServerProcess server, HttpClient client, IReadOnlyDictionary<string, LoadMeter> meters)
{
    private const int MostSamples = 240;
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly LoadMeter _unanswered = new();
    private int _before;

    /// <summary>Before the first client, when each load has been done once: what is made once is there.</summary>
    public async Task BeginAsync()
    {
        await CollectAsync();
        _before = server.Handles;
    }

    public async Task<List<Sample>> RunAsync(TimeSpan length, CancellationToken end)
    {
        var every = length / MostSamples > s_shortest ? length / MostSamples : s_shortest;
        var samples = new List<Sample>();
        var begin = TimeProvider.System.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(every, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (server.HasExited)
                throw new InvalidOperationException("The server is gone.");

            try
            {
                var state = await client.GetFromJsonAsync<ServerState>("/state", CancellationToken.None);
                samples.Add(new Sample(TimeProvider.System.GetElapsedTime(begin), server.Resident, server.Handles, server.Threads, state!, [.. meters.Values.Select(meter => meter.Take())]));
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                _unanswered.Fail("how are you", e);
            }
        }

        return samples;
    }

    /// <summary>After the last client: what it holds when all has come to rest.</summary>
    public async Task<SoakLog> EndAsync(IReadOnlyList<Sample> samples)
    {
        for (var begin = DateTime.UtcNow; server.Handles > _before && DateTime.UtcNow - begin < s_patience;)
        {
            await CollectAsync();
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        return new SoakLog(
            [.. meters.Keys],
            samples,
            _before,
            server.Handles,
            [.. meters.Values.Select(meter => meter.Done)],
            meters.Values.Append(_unanswered).Sum(meter => meter.Failed),
            [.. meters.Values.Append(_unanswered).SelectMany(meter => meter.Failures)]);
    }

    // What it has left to finalizers goes with it.
    private async Task CollectAsync() => (await client.PostAsync("/collect", null)).Dispose();
}
