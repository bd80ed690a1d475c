using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>What is logged of a server that leaves, by the transport's category.</summary>
internal static partial class DrainLog
{
    [LoggerMessage(130, LogLevel.Information, "Draining: not ready any more, and accepting for another {Seconds:0.#} s. {Connections}.", EventName = "DrainBegan")]
    internal static partial void Began(ILogger logger, double seconds, LogText connections);

    [LoggerMessage(131, LogLevel.Information, "Draining: accepting for another {Seconds:0.#} s. {Connections}.", EventName = "DrainWaits")]
    internal static partial void Waits(ILogger logger, double seconds, LogText connections);

    [LoggerMessage(132, LogLevel.Information, "Draining: no connection is accepted any more. {Connections}.", EventName = "DrainCloses")]
    internal static partial void Closes(ILogger logger, LogText connections);

    [LoggerMessage(133, LogLevel.Information, "Drained after {Seconds:0.#} s: no connection is left.", EventName = "Drained")]
    internal static partial void Drained(ILogger logger, double seconds);

    [LoggerMessage(134, LogLevel.Warning,
        "Drained after {Seconds:0.#} s, which was all the time there is. What was left is reset. {Connections}. Raise Aeronet:Transport:DrainTimeout, or end long requests when IAeronetDrain.Began or ApplicationStopping says so.",
        EventName = "DrainTimedOut")]
    internal static partial void TimedOut(ILogger logger, double seconds, LogText connections);

    [LoggerMessage(135, LogLevel.Error, "What the application registered with IAeronetDrain.Began or ConnectionClosedRequested threw; the drain goes on.", EventName = "DrainCallbackFailed")]
    internal static partial void CallbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(136, LogLevel.Error, "A connection could not be told to end; the drain goes on. Please report it with the stack trace.", EventName = "DrainConnectionFailed")]
    internal static partial void ConnectionFailed(ILogger logger, Exception exception);

    [LoggerMessage(137, LogLevel.Error, "The drain failed; the server has stopped without it. Please report it with the stack trace.", EventName = "DrainFailed")]
    internal static partial void Failed(ILogger logger, Exception exception);
}
