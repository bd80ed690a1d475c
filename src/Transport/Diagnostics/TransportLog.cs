using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>What the transport logs. Event ids are stable; what happens per connection is at Debug.</summary>
internal static partial class TransportLog
{
    /// <summary>The category of everything the transport logs.</summary>
    internal const string Category = "Aeronet.AspNetCore.Transport";

    /// <summary>What the transport logs with: never throws.</summary>
    internal static ILogger CreateLogger(ILoggerFactory loggers) => new GuardedLogger(loggers.CreateLogger(Category));

    [LoggerMessage(1, LogLevel.Information,
        "Aeronet transport: {Loops} epoll loop(s), dispatch {Dispatch}, zero-copy files {ZeroCopy}.", EventName = "Started")]
    internal static partial void Started(ILogger logger, int loops, DispatchMode dispatch, LogText zeroCopy);

    [LoggerMessage(2, LogLevel.Warning,
        "The Aeronet transport is not available ({Reason}); Kestrel's sockets transport serves instead.", EventName = "Unavailable")]
    internal static partial void Unavailable(ILogger logger, LogText reason);

    [LoggerMessage(3, LogLevel.Debug, "Listening on {EndPoint} with {Sockets} socket(s).", EventName = "Listening")]
    internal static partial void Listening(ILogger logger, LogText endPoint, int sockets);

    [LoggerMessage(4, LogLevel.Warning,
        "Accepting on {EndPoint} pauses for {Milliseconds} ms: {Error}. Raise the limit of open files (ulimit -n, LimitNOFILE=) or lower the number of connections. Logged at most once a minute.",
        EventName = "AcceptPaused")]
    internal static partial void AcceptPaused(ILogger logger, LogText endPoint, int milliseconds, LogText error);

    [LoggerMessage(5, LogLevel.Error, "Accepting on {EndPoint} failed: {Error}. It goes on. Logged at most once a minute.", EventName = "AcceptFailed")]
    internal static partial void AcceptFailed(ILogger logger, LogText endPoint, LogText error, Exception? exception);

    [LoggerMessage(8, LogLevel.Error, "A step of unbinding {EndPoint} failed; the others were taken. Please report it with the stack trace.", EventName = "UnbindFailed")]
    internal static partial void UnbindFailed(ILogger logger, LogText endPoint, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "A step of stopping the transport failed; the others were taken. Please report it with the stack trace where it is not yours.", EventName = "StopFailed")]
    internal static partial void StopFailed(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Debug, "Replaced the socket file {Path}: the process that made it is gone.", EventName = "StaleSocketReplaced")]
    internal static partial void StaleSocketReplaced(ILogger logger, LogText path);

    [LoggerMessage(7, LogLevel.Warning,
        "The limit of open files is {Limit}; each connection needs one. Raise it (ulimit -n, LimitNOFILE=) before serving many.", EventName = "LowDescriptorLimit")]
    internal static partial void LowDescriptorLimit(ILogger logger, ulong limit);

    [LoggerMessage(20, LogLevel.Warning,
        "{Where} blocked an event loop for longer than {Threshold} ms while others waited, and the loop went to another thread. Await instead of blocking. Logged at most once a minute.",
        EventName = "LoopBlocked")]
    internal static partial void LoopBlocked(ILogger logger, LogText where, double threshold);

    [LoggerMessage(21, LogLevel.Warning,
        "Loop {Loop} is blocked by the application and all {Threads} loop threads are in use: raise Aeronet:Transport:MaxStandbyThreads or await instead of blocking. Logged at most once a minute.",
        EventName = "OutOfStandbyThreads")]
    internal static partial void OutOfStandbyThreads(ILogger logger, int loop, int threads);

    [LoggerMessage(22, LogLevel.Error, "Code that a loop ran threw; the loop goes on. Please report it with the stack trace where it is not yours.", EventName = "HandlerFailed")]
    internal static partial void HandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(23, LogLevel.Error, "A callback on ConnectionClosed of connection {ConnectionId} threw.", EventName = "ClosedCallbackFailed")]
    internal static partial void ClosedCallbackFailed(ILogger logger, LogText connectionId, Exception exception);

    [LoggerMessage(24, LogLevel.Error, "The observer of refused connections threw at connection {ConnectionId}.", EventName = "RefusalObserverFailed")]
    internal static partial void RefusalObserverFailed(ILogger logger, LogText connectionId, Exception exception);

    [LoggerMessage(30, LogLevel.Debug, "Connection {ConnectionId} closed: {Reason}.", EventName = "ConnectionClosed", SkipEnabledCheck = true)]
    internal static partial void ConnectionClosed(ILogger logger, LogText connectionId, CloseReason reason);

    [LoggerMessage(31, LogLevel.Debug, "Connection {ConnectionId} is aborted: {Reason}", EventName = "ConnectionAborted", SkipEnabledCheck = true)]
    internal static partial void ConnectionAborted(ILogger logger, LogText connectionId, LogText reason);

    [LoggerMessage(32, LogLevel.Error, "Connection {ConnectionId} is reset: sending or receiving threw.", EventName = "ConnectionFaulted")]
    internal static partial void ConnectionFaulted(ILogger logger, LogText connectionId, Exception exception);

    [LoggerMessage(33, LogLevel.Debug, "Connection {ConnectionId} of {Peer} is refused for its PROXY protocol header: {Reason}.", EventName = "ProxyHeaderRefused", SkipEnabledCheck = true)]
    internal static partial void ProxyHeaderRefused(ILogger logger, LogText connectionId, LogText peer, LogText reason);

    [LoggerMessage(34, LogLevel.Warning,
        "PROXY protocol on {EndPoint}: {Count} connection(s) refused since this was last said, the last of {Peer}: {Reason}. {TrustedPeers} says who may send headers; aeronet.proxy_protocol.rejected counts by reason. Logged at most once a minute.",
        EventName = "ProxyHeadersRefused")]
    internal static partial void ProxyHeadersRefused(ILogger logger, LogText endPoint, long count, LogText peer, LogText reason, LogText trustedPeers);

    [LoggerMessage(35, LogLevel.Warning,
        "Connections are refused: {Option} is reached. {Count} since this was last said, the last of {Client}; aeronet.connections.rejected counts them by reason. Logged at most once a minute.",
        EventName = "ConnectionsRejected")]
    internal static partial void ConnectionsRejected(ILogger logger, LogText option, long count, LogText client);

    [LoggerMessage(50, LogLevel.Debug, "The TLS handshake of connection {ConnectionId} failed: {Reason}.", EventName = "HandshakeFailed")]
    internal static partial void HandshakeFailed(ILogger logger, LogText connectionId, LogText reason);

    [LoggerMessage(51, LogLevel.Debug, "Connection {ConnectionId} established {Protocol} with {CipherSuite}, encrypted by the kernel: {ByKernel}.", EventName = "HandshakeCompleted", SkipEnabledCheck = true)]
    internal static partial void HandshakeCompleted(ILogger logger, LogText connectionId, SslProtocols protocol, TlsCipherSuite cipherSuite, bool byKernel);

    [LoggerMessage(52, LogLevel.Warning, "TLS on {EndPoint} is Kestrel's SslStream: {Reason}.", EventName = "TlsFallback")]
    internal static partial void TlsFallback(ILogger logger, LogText endPoint, LogText reason);

    [LoggerMessage(53, LogLevel.Information, "TLS on {EndPoint} by OpenSSL on the socket; kernel TLS: {KernelTls}.", EventName = "TlsStarted")]
    internal static partial void TlsStarted(ILogger logger, LogText endPoint, LogText kernelTls);

    [LoggerMessage(54, LogLevel.Warning, "TLS on {EndPoint} is encrypted in user space: {Reason}.", EventName = "NoKernelTls")]
    internal static partial void NoKernelTls(ILogger logger, LogText endPoint, LogText reason);

    [LoggerMessage(63, LogLevel.Warning,
        "{Feature} was asked of connection {ConnectionId}, whose TLS is the transport's and has no SslStream: it is null. ITlsHandshakeFeature and ITlsSessionFeature say what was agreed on; Kestrel's HTTPS has it (listen.UseHttps, Aeronet:Transport:TlsForConfiguredEndpoints=false). Logged once.",
        EventName = "NoSslStream")]
    internal static partial void NoSslStream(ILogger logger, LogText feature, LogText connectionId);

    [LoggerMessage(57, LogLevel.Debug,
        "The peer of connection {ConnectionId} asked for new TLS keys, which the kernel that encrypts cannot change; the connection ends after what is under way.",
        EventName = "KeysMustChange", SkipEnabledCheck = true)]
    internal static partial void KeysMustChange(ILogger logger, LogText connectionId);

    [LoggerMessage(60, LogLevel.Warning, "ClientCertificateValidation failed on connection {ConnectionId}; the client is refused.", EventName = "ClientCertificateValidationFailed")]
    internal static partial void ClientCertificateValidationFailed(ILogger logger, LogText connectionId, Exception failure);

    [LoggerMessage(58, LogLevel.Warning, "The certificate '{Subject}' of {EndPoint} {Problem}; clients will refuse it. Renew it.", EventName = "CertificateNotCurrent")]
    internal static partial void CertificateNotCurrent(ILogger logger, LogText subject, LogText endPoint, LogText problem);

    [LoggerMessage(59, LogLevel.Information, "TLS on {EndPoint} is Kestrel's SslStream: the endpoint has the development certificate.", EventName = "DevelopmentCertificate")]
    internal static partial void DevelopmentCertificate(ILogger logger, LogText endPoint);

    [LoggerMessage(61, LogLevel.Warning,
        "{Option} on {EndPoint} is {Mode}, and no authority is named: client certificates of every authority that the system trusts are accepted. Set {Remedy}.",
        EventName = "EveryAuthorityTrusted")]
    internal static partial void EveryAuthorityTrusted(ILogger logger, LogText option, LogText endPoint, TlsClientCertificates mode, LogText remedy);

    [LoggerMessage(62, LogLevel.Warning, "Every user of this machine can read the private key in {Path}: take the right away (chmod o-r).", EventName = "KeyReadableByAll")]
    internal static partial void KeyReadableByAll(ILogger logger, LogText path);

    [LoggerMessage(55, LogLevel.Debug, "The TLS session of connection {ConnectionId} ended out of order: {Reason}.", EventName = "SessionBroke")]
    internal static partial void SessionBroke(ILogger logger, LogText connectionId, LogText reason);

    [LoggerMessage(56, LogLevel.Warning, "The observer of the ClientHello threw; the handshake of connection {ConnectionId} is refused.", EventName = "ObserverFailed")]
    internal static partial void ObserverFailed(ILogger logger, LogText connectionId, Exception exception);

    [LoggerMessage(70, LogLevel.Warning,
        "TLS handshakes on {EndPoint} are refused: {Option} is reached. {Count} since this was last said; aeronet.tls.rejected counts them by reason. Logged at most once a minute.",
        EventName = "HandshakesRejected")]
    internal static partial void HandshakesRejected(ILogger logger, LogText endPoint, LogText option, long count);

    [LoggerMessage(90, LogLevel.Warning, "{Observer}, an observer of TLS handshakes, threw; it is told of the next one all the same. Logged at most once a minute.", EventName = "HandshakeObserverFailed")]
    internal static partial void HandshakeObserverFailed(ILogger logger, LogText observer, Exception exception);

    [LoggerMessage(91, LogLevel.Warning,
        "THE KEYS OF TLS SESSIONS on {EndPoint} are written to {Path}. Whoever reads it can decrypt their traffic. Remove KeyLogFile when done, and delete the file.",
        EventName = "KeysAreLogged")]
    internal static partial void KeysAreLogged(ILogger logger, LogText endPoint, LogText path);

    [LoggerMessage(92, LogLevel.Warning, "The key log {Path} could not be written; lines are missing. Logged once.", EventName = "KeyLogFailed")]
    internal static partial void KeyLogFailed(ILogger logger, LogText path);

    [LoggerMessage(40, LogLevel.Warning,
        "The file behind a response on connection {ConnectionId} ended {Missing} bytes before its promised length; the connection is aborted.", EventName = "FileTruncated")]
    internal static partial void FileTruncated(ILogger logger, LogText connectionId, long missing);

    [LoggerMessage(41, LogLevel.Warning,
        "The file behind a response on connection {ConnectionId} could not be sent (errno {Errno}); the connection is aborted.", EventName = "FileUnreadable")]
    internal static partial void FileUnreadable(ILogger logger, LogText connectionId, int errno);

    [LoggerMessage(42, LogLevel.Debug,
        "Connection {ConnectionId} reads a file more slowly than {BytesPerSecond} bytes/s and is aborted.", EventName = "SlowReader")]
    internal static partial void SlowReader(ILogger logger, LogText connectionId, double bytesPerSecond);

    [LoggerMessage(73, LogLevel.Debug, "New session tickets get another key of the source '{Source}'; {Count} keys are accepted.", EventName = "TicketKeyRotated")]
    internal static partial void TicketKeyRotated(ILogger logger, LogText source, int count);

    [LoggerMessage(71, LogLevel.Warning, "Session ticket keys cannot be had from the source '{Source}': {Reason} Logged once until they can.", EventName = "TicketKeysFailed")]
    internal static partial void TicketKeysFailed(ILogger logger, LogText source, LogText reason);

    [LoggerMessage(72, LogLevel.Information, "Session ticket keys can be had from the source '{Source}' again.", EventName = "TicketKeysBack")]
    internal static partial void TicketKeysBack(ILogger logger, LogText source);

    [LoggerMessage(74, LogLevel.Warning,
        "{Option} is DistributedCache without a secret: whoever reads the cache can read sessions, and whoever writes it can plant keys. Set Keys:SecretFile, which seals them.",
        EventName = "TicketKeysUnsealed")]
    internal static partial void TicketKeysUnsealed(ILogger logger, LogText option);
}
