using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Aeronet.Testing;

/// <summary>Keeps the last log messages of one host.</summary>
public sealed class CapturedLogs : ILoggerProvider
{
    private const int Capacity = 5000;

    private readonly ConcurrentQueue<LogEntry> _entries = new();

    /// <summary>The messages so far, oldest first.</summary>
    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>
    /// Those of a level or above whose category starts with <paramref name="category"/>. Warnings that a slow machine alone can
    /// cause are left out where warnings are asked for.
    /// </summary>
    public IReadOnlyList<LogEntry> From(string category, LogLevel atLeast = LogLevel.Trace)
        => [.. _entries.Where(e => e.Level >= atLeast && e.Category.StartsWith(category, StringComparison.Ordinal)
            && (atLeast < LogLevel.Warning || e.EventId.Name is not ("LoopBlocked" or "HeartbeatSlow")))];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Add(LogEntry entry)
    {
        _entries.Enqueue(entry);
        if (_entries.Count > Capacity)
            _entries.TryDequeue(out _);
    }

    private sealed class Logger(CapturedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
            => logs.Add(new LogEntry(DateTime.UtcNow, logLevel, category, eventId, formatter(state, exception), exception));
    }
}
