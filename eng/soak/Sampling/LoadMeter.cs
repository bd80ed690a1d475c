namespace Soak.Sampling;

/// <summary>How long the requests of one load took since it was last asked, and what went wrong in all.</summary>
internal sealed class LoadMeter
{
    private const int KeptFailures = 10;

    private readonly Lock _lock = new();
    private readonly List<string> _failures = [];
    private List<TimeSpan> _times = [];

    public long Failed { get; private set; }

    public long Done { get; private set; }

    /// <summary>The first of those that went wrong.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public void Add(TimeSpan time)
    {
        lock (_lock)
        {
            _times.Add(time);
            Done++;
        }
    }

    public void Fail(string what)
    {
        lock (_lock)
        {
            Failed++;
            if (_failures.Count < KeptFailures)
                _failures.Add(what);
        }
    }

    /// <summary>How many there were since the last call, and what 99 of 100 took at most.</summary>
    public (int Count, TimeSpan Percentile99) Take()
    {
        List<TimeSpan> times;
        lock (_lock)
        {
            times = _times;
            _times = new List<TimeSpan>(times.Count);
        }

        if (times.Count == 0)
            return default;

        times.Sort();
        return (times.Count, times[(int)Math.Ceiling(times.Count * 0.99) - 1]);
    }
}
