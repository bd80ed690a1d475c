using Microsoft.Extensions.Logging;

namespace Aeronet.Testing;

/// <summary>One captured log message.</summary>
public sealed record LogEntry(DateTime Time, LogLevel Level, string Category, EventId EventId, string Message, Exception? Exception)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var text = $"{Time:HH:mm:ss.fff} {Level,-11} {Category}[{EventId.Id} {EventId.Name}] {Message}";
        return Exception is null ? text : $"{text}{Environment.NewLine}  {Exception}";
    }
}
