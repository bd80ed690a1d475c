using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>What is logged of listening sockets that come from other processes and go to others.</summary>
internal static partial class SuccessionLog
{
    [LoggerMessage(140, LogLevel.Information, "Process {Process} hands over {Sockets} listening socket(s) and serves on until this one has started.", EventName = "TakingOver")]
    internal static partial void TakingOver(ILogger logger, int process, int sockets);

    [LoggerMessage(141, LogLevel.Information, "Took over from process {Process}.", EventName = "TookOver")]
    internal static partial void TookOver(ILogger logger, int process);

    [LoggerMessage(142, LogLevel.Warning, "Process {Process} ended before it had handed over; its sockets are open here, and this process serves.", EventName = "PredecessorEnded")]
    internal static partial void PredecessorEnded(ILogger logger, int process);

    [LoggerMessage(143, LogLevel.Error, "Process {Process} serves on, and this one ends without having accepted anything: {Reason}.", EventName = "NotTakenOver")]
    internal static partial void NotTakenOver(ILogger logger, int process, LogText reason);

    [LoggerMessage(144, LogLevel.Information, "Process {Process} is taking over {Sockets} listening socket(s); this one serves on until it has started.", EventName = "Offered")]
    internal static partial void Offered(ILogger logger, int process, int sockets);

    [LoggerMessage(145, LogLevel.Warning, "Process {Process} ended before it had started; this one serves on.", EventName = "SuccessorEnded")]
    internal static partial void SuccessorEnded(ILogger logger, int process);

    [LoggerMessage(146, LogLevel.Warning,
        "Process {Process} did not start within {Seconds} s and is refused; this one serves on. Raise Aeronet:Transport:HandOverTimeout if it needs longer.", EventName = "SuccessorLate")]
    internal static partial void SuccessorLate(ILogger logger, int process, double seconds);

    [LoggerMessage(147, LogLevel.Information, "Process {Process} has started and accepts; this one accepts no more, and ends when its connections have.", EventName = "HandedOver")]
    internal static partial void HandedOver(ILogger logger, int process);

    [LoggerMessage(155, LogLevel.Error,
        "Process {Process} ended just when this one had let go of its sockets: nobody listens. This one ends when its connections have, with exit code 1; start a process.", EventName = "SuccessorLost")]
    internal static partial void SuccessorLost(ILogger logger, int process);

    [LoggerMessage(156, LogLevel.Warning, "The file '{Path}' of a socket that nobody listens on any more could not be removed: {Error}. Remove it.", EventName = "SocketFileKept")]
    internal static partial void FileKept(ILogger logger, LogText path, LogText error);

    [LoggerMessage(148, LogLevel.Warning, "Process {Process} of user {User} wanted to take over and was refused: {Reason}.", EventName = "SuccessorRefused")]
    internal static partial void Refused(ILogger logger, int process, uint user, LogText reason);

    [LoggerMessage(149, LogLevel.Debug, "A process connected to take over, and it came to nothing: it {Reason}.", EventName = "SuccessorUnanswered")]
    internal static partial void Unanswered(ILogger logger, LogText reason);

    [LoggerMessage(150, LogLevel.Warning, "No endpoint listens on {EndPoint}: {Why}.", EventName = "InheritedSocketUnused")]
    internal static partial void Unused(ILogger logger, LogText endPoint, LogText why);

    [LoggerMessage(151, LogLevel.Warning, "Descriptor {Number} ('{Name}'), which this process was started with (LISTEN_FDS), {Problem}.", EventName = "DescriptorNotListening")]
    internal static partial void NotListening(ILogger logger, int number, LogText name, LogText problem);

    [LoggerMessage(152, LogLevel.Error, "Handing over failed. Please report it with the stack trace.", EventName = "HandOverFailed")]
    internal static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(153, LogLevel.Warning, "Accepting new processes at Aeronet:Transport:HandOver failed: {Error}. It goes on.", EventName = "HandOverAcceptFailed")]
    internal static partial void AcceptFailed(ILogger logger, LogText error);

    [LoggerMessage(154, LogLevel.Warning,
        "{EndPoint} is in use, and this process has an inherited socket of the same port, {Inherited}, which is not the endpoint's: give one the other's address.", EventName = "InheritedSocketInTheWay")]
    internal static partial void InTheWay(ILogger logger, LogText endPoint, LogText inherited);
}
