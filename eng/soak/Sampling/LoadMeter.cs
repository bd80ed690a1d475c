using System.Globalization;

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

    /// <summary>Notes that something went wrong, and at what time.</summary>
    public void Fail(string what, Exception e)
    {
        lock (_lock)
        {
            Failed++;
            if (_failures.Count < KeptFailures)
                _failures.Add(string.Create(CultureInfo.InvariantCulture, $"     {DateTime.Now:HH:mm:ss} {what}: {e.GetType().Name}: {e.Message}{(e.InnerException is { } inner ? $" ({inner.Message})" : "")}"));
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
