using Aeronet.AspNetCore.Transport.Diagnostics;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>Why connections end, in words for logs and exceptions.</summary>
internal static class CloseReasons
{
    internal static string Describe(CloseReason reason) => reason switch
    {
        CloseReason.PeerClosed => "The peer finished.",
        CloseReason.PeerReset => "The peer reset the connection.",
        CloseReason.Aborted => "The connection was aborted.",
        CloseReason.DrainTimeout => "The peer took nothing of what was left to send for the shutdown timeout.",
        CloseReason.SlowReader => "The peer read a file more slowly than the minimum response data rate.",
        CloseReason.FileTruncated => "A file became shorter while it was sent.",
        CloseReason.FileUnreadable => "A file could not be read while it was sent.",
        CloseReason.TlsFailed => "TLS failed.",
        CloseReason.TlsRejected => "There were too many TLS handshakes.",
        CloseReason.ProxyHeaderRefused => "The PROXY protocol header was refused.",
        CloseReason.LimitReached => "The client had too many connections.",
        CloseReason.Idle => "No byte moved for the idle timeout.",
        CloseReason.KeyUpdate => "The peer asked for new TLS keys, which the kernel cannot change.",
        CloseReason.TransportStopped => "The transport has been stopped.",
        _ => "The connection was closed in order.",
    };
}
