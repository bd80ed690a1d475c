using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>Keeps the values of the events about refused requests.</summary>
internal sealed class RefusalLog : ILoggerProvider
{
    private readonly ConcurrentDictionary<EndPoint, ConcurrentQueue<Refusal>> _refusals = new();

    /// <summary>Waits for the only event of a client's connection, and takes it: another connection may have the same address later.</summary>
    /// <param name="client">The client's address.</param>
    public async Task<Refusal> TakeAsync(EndPoint client)
    {
        await Eventually.HoldsAsync(() => _refusals.ContainsKey(client), $"an event about {client}");
        return Assert.Single(Take(client));
    }

    /// <summary>Whether there was no event, or all were taken.</summary>
    public bool IsEmpty => _refusals.IsEmpty;

    /// <summary>Takes what there is of a client's connection.</summary>
    public IReadOnlyCollection<Refusal> Take(EndPoint client) => _refusals.TryRemove(client, out var refusals) ? refusals : [];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(RefusalLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => category == "Aeronet.AspNetCore.Middleware.ParserDiagnostics";

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name != "RequestRefused" || !IsEnabled(logLevel))
                return;

            var values = ((IReadOnlyList<KeyValuePair<string, object?>>)state!).ToDictionary(StringComparer.Ordinal);
            var remote = IPEndPoint.Parse(values["RemoteEndPoint"]!.ToString()!);
            log._refusals.GetOrAdd(remote, _ => new ConcurrentQueue<Refusal>()).Enqueue(new Refusal(
                (int?)values["StatusCode"],
                values["Fault"]!.ToString()!,
                (long?)values["Offset"],
                (int?)values["Line"],
                (int?)values["Column"],
                values["Expected"]!.ToString()!,
                values["Excerpt"]?.ToString(),
                formatter(state, exception)));
        }
    }
}
