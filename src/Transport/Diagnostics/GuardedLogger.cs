using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>
/// The application's logger, whose faults end with the message: what logs is a loop, its monitor, a timer or a connection that
/// is being closed, and a full disk behind a provider is no reason for any of them to stop half way.
/// </summary>
[SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Strange code, and nobody is left to tell.")]
internal sealed class GuardedLogger(ILogger inner) : ILogger
{
    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // Logging that would fail as well.
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);
}
