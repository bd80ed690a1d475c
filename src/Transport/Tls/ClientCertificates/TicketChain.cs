using System.Formats.Asn1;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.ClientCertificates;

/// <summary>
/// The certificates that a client sent beside its own, in its ticket: OpenSSL keeps the client's alone, which without them leads to no authority.
/// One after the other, DER.
/// </summary>
internal static unsafe class TicketChain
{
    // With the client's own and the session's secret it must fit in a ClientHello that is sent in few packets; a client with more makes full handshakes.
    private const int MaxLength = 8 * 1024;

    /// <summary>Puts them into the session that tickets will be made of.</summary>
    /// <returns>False where the client could not come back with such a ticket: it has no certificate and may have one then, or sent too many with it.</returns>
    internal static bool TryKeep(nint ssl)
    {
        // A session that came back has them, and OpenSSL has no others.
        if (OpenSsl.SSL_session_reused(ssl) == 1)
        {
            return true;
        }

        var session = OpenSsl.SSL_get_session(ssl);
        if (OpenSsl.SSL_SESSION_get0_peer(session) == 0)
        {
            return false;
        }

        var chain = OpenSsl.SSL_get_peer_cert_chain(ssl);
        var count = OpenSsl.OPENSSL_sk_num(chain);
        if (count <= 0)
        {
            return true;
        }

        var certificates = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            certificates[i] = X509Handle.Encode(OpenSsl.OPENSSL_sk_value(chain, i));
        }

        if (certificates.Sum(certificate => certificate.Length) > MaxLength)
        {
            return false;
        }

        byte[] all = [.. certificates.SelectMany(certificate => certificate)];
        fixed (byte* data = all)
        {
            return OpenSsl.SSL_SESSION_set1_ticket_appdata(session, data, (nuint)all.Length) == 1;
        }
    }

    /// <summary>Those of the session that a ticket brought.</summary>
    internal static X509Handle[] Read(nint session)
    {
        void* data;
        nuint length;
        if (OpenSsl.SSL_SESSION_get0_ticket_appdata(session, &data, &length) != 1 || data is null)
        {
            return [];
        }

        var certificates = new List<X509Handle>();
        var rest = new ReadOnlySpan<byte>(data, (int)length);
        while (DerValue.LengthOfFirst(rest, AsnEncodingRules.DER, out _) is > 0 and var consumed)
        {
            certificates.Add(X509Handle.Parse(rest[..consumed]));
            rest = rest[consumed..];
        }

        return [.. certificates];
    }
}
