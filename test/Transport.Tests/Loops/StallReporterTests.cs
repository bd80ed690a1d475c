using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

public sealed class StallReporterTests : IDisposable
{
    private readonly CapturedLogs _logs = new();
    private readonly ILoggerFactory _loggers;
    private readonly StallReporter _reporter;

    public StallReporterTests()
    {
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        _reporter = new StallReporter(_loggers, Options.Create(new AeronetTransportOptions { StallThreshold = TimeSpan.FromMilliseconds(12) }));
    }

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public void Report_SamePlaceManyTimes_LoggedOnce()
    {
        Parallel.For(0, 1000, _ => _reporter.Report("Route 'GET /slow'"));

        var entry = Assert.Single(_logs.Entries);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Equal((20, "LoopBlocked"), (entry.EventId.Id, entry.EventId.Name));
        Assert.Contains("Route 'GET /slow' blocked an event loop for longer than 12 ms", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_UnboundedNames_TheNumberRememberedIsBounded()
    {
        for (var i = 0; i < 5000; i++)
            _reporter.Report($"GET /item/{i}");

        Assert.Equal(1024, _logs.Entries.Count);
    }
}
