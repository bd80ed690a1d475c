using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>What is logged of the port of the probes.</summary>
internal static partial class HealthLog
{
    [LoggerMessage(1, LogLevel.Information, "Probes are answered on {EndPoint}, by a thread of its own.", EventName = "HealthPortListening")]
    internal static partial void Listening(ILogger logger, LogText endPoint);

    [LoggerMessage(2, LogLevel.Error, "A probe could not be answered. Please report it with the stack trace.", EventName = "ProbeFailed")]
    internal static partial void ProbeFailed(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Information,
        "Aeronet:Health:Port is {Port}, which is in use. It is tried again until it is free: with Aeronet:Transport:HandOver the process that serves has it until it ends.",
        EventName = "HealthPortTaken")]
    internal static partial void PortTaken(ILogger logger, int port);
}
