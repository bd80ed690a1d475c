using System.Diagnostics.Tracing;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>
/// Feeds Kestrel's own event source with the transport's handshakes: the events <c>TlsHandshakeStart</c>, <c>Stop</c> and
/// <c>Failed</c>, and the counters that <c>dotnet-counters</c> shows (<c>total-tls-handshakes</c> and its like). It is internal to
/// Kestrel; a second source of the same name would have its listeners see two values of each counter in turn.
/// </summary>
internal static class KestrelEvents
{
    private const string SourceName = "Microsoft-AspNetCore-Server-Kestrel";
    private const string SourceType =
        "Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Infrastructure.KestrelEventSource, Microsoft.AspNetCore.Server.Kestrel.Core";

    // Looked for when the first handshake begins: Kestrel counts the beginning of each connection, so that its source is there by
    // then. There is none where event sources are compiled out, nor a listener.
    private static readonly Lazy<EventSource?> s_source =
        new(static () => EventSource.GetSources().FirstOrDefault(static source => source.Name == SourceName));

    // Another version of Kestrel may have other members.
    private static volatile bool s_isOther;

    /// <param name="connection">The connection.</param>
    /// <param name="options">What Kestrel's HTTPS would have been told. Read only where somebody listens.</param>
    internal static void HandshakeStarted(ConnectionContext connection, SslServerAuthenticationOptions options)
    {
        if (s_isOther || s_source.Value is not { } source)
        {
            return;
        }

        try
        {
            TlsHandshakeStart(source, connection, options);
        }
        catch (Exception e) when (e is MissingMemberException or TypeLoadException)
        {
            s_isOther = true;
        }
    }

    /// <param name="connection">The connection.</param>
    /// <param name="protocol">What was agreed on; null when the handshake failed.</param>
    /// <param name="applicationProtocol">The ALPN id.</param>
    /// <param name="hostName">The name the client asked for.</param>
    internal static void HandshakeStopped(ConnectionContext connection, SslProtocols? protocol, ReadOnlyMemory<byte> applicationProtocol, string hostName)
    {
        if (s_isOther || s_source.Value is not { } source)
        {
            return;
        }

        try
        {
            if (protocol is null)
            {
                TlsHandshakeFailed(source, connection.ConnectionId);
            }

            Interlocked.Decrement(ref CurrentTlsHandshakes(source));
            if (source.IsEnabled(EventLevel.Informational, EventKeywords.None))
            {
                // Kestrel's own method takes its stream.
                var succeeded = protocol is not null;
                TlsHandshakeStop(
                    source, connection.ConnectionId, protocol?.ToString() ?? "", succeeded ? Encoding.ASCII.GetString(applicationProtocol.Span) : "", succeeded ? hostName : "");
            }
        }
        catch (Exception e) when (e is MissingMemberException or TypeLoadException)
        {
            s_isOther = true;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_currentTlsHandshakes")]
    private static extern ref long CurrentTlsHandshakes([UnsafeAccessorType(SourceType)] object source);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "TlsHandshakeStart")]
    private static extern void TlsHandshakeStart([UnsafeAccessorType(SourceType)] object source, BaseConnectionContext connection, SslServerAuthenticationOptions options);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "TlsHandshakeStop")]
    private static extern void TlsHandshakeStop(
        [UnsafeAccessorType(SourceType)] object source, string connectionId, string sslProtocols, string applicationProtocol, string hostName);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "TlsHandshakeFailed")]
    private static extern void TlsHandshakeFailed([UnsafeAccessorType(SourceType)] object source, string connectionId);
}
