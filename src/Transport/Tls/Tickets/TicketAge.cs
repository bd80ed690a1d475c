using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// The age of a session that a ticket brought, as its lifetime is counted: in TLS 1.3 since the ticket was made, in TLS 1.2 since the full
/// handshake that the session began with, whose time a renewed ticket keeps (tls_construct_new_session_ticket in OpenSSL's source).
/// </summary>
internal static class TicketAge
{
    /// <param name="session">OpenSSL's, with a time in whole seconds by its server's clock.</param>
    /// <param name="isExpired">Whether OpenSSL would not resume it for that.</param>
    internal static TimeSpan Of(nint session, out bool isExpired)
    {
        var age = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - OpenSsl.SSL_SESSION_get_time(session);
        isExpired = age > OpenSsl.SSL_SESSION_get_timeout(session);

        // Another server's clock may be ahead.
        return TimeSpan.FromSeconds(Math.Max(0, age));
    }
}
