using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Xunit;

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

    /// <summary>The one entry of a kind, which may be written a moment after what a client sees of it.</summary>
    /// <param name="isWanted">Of which kind it is.</param>
    /// <param name="what">What is waited for, for the failure message.</param>
    public async Task<LogEntry> SingleAsync(Func<LogEntry, bool> isWanted, string what)
    {
        await Eventually.HoldsAsync(() => _entries.Any(isWanted), $"{what} to be logged", () => string.Join(Environment.NewLine, _entries)).ConfigureAwait(false);
        return Assert.Single(Entries, new Predicate<LogEntry>(isWanted));
    }

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
