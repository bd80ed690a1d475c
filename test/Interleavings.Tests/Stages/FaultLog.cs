using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>A log in which an exception is a failure of the run.</summary>
internal sealed class FaultLog(ThreadChooser chooser) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not (null or RunEndedException))
            chooser.Fail(new InvalidOperationException($"{formatter(state, exception)} {exception.Message}", exception));
    }
}
