using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Middleware.Hooks;

/// <summary>Counts and times hooks, and puts each into the trace, on the meter and the source <c>Aeronet.Middleware</c>.</summary>
internal sealed class HookTelemetry
{
    public const string Request = "request";
    public const string Response = "response";

    private const string Name = "Aeronet.Middleware";

    private static readonly ActivitySource Source = new(Name);

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _shortCircuits;

    public HookTelemetry(IMeterFactory? factory)
    {
#pragma warning disable CA2000 // The factory owns its meters; one without a factory lives as long as the process.
        var meter = factory?.Create(Name) ?? new Meter(Name);
#pragma warning restore CA2000
        _duration = meter.CreateHistogram<double>("aeronet.hook.duration", "s", "How long hooks took; its count is how often they ran.");
        _shortCircuits = meter.CreateCounter<long>("aeronet.hook.short_circuits", "{request}", "Requests that a hook answered.");
    }

    public static Activity? Start(string hook, string phase)
    {
        var activity = Source.HasListeners() ? Source.StartActivity($"hook {hook}") : null;
        activity?.SetTag("aeronet.hook.name", hook);
        activity?.SetTag("aeronet.hook.phase", phase);
        return activity;
    }

    public void Ran(string hook, string phase, long start, Exception? error, Activity? activity)
    {
        if (_duration.Enabled)
        {
            var tags = new TagList { { "aeronet.hook.name", hook }, { "aeronet.hook.phase", phase } };
            if (error is not null)
            {
                tags.Add("error.type", error.GetType().FullName);
            }

            _duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, tags);
        }

        if (error is not null)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
        }

        activity?.Dispose();
    }

    public void ShortCircuited(string hook) => _shortCircuits.Add(1, new KeyValuePair<string, object?>("aeronet.hook.name", hook));
}
