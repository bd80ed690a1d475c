using System.Security.Cryptography;
using System.Text;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// The session id context (SSL_CTX_set_session_id_context(3)) of a host: OpenSSL writes it into each ticket and resumes no session with
/// another one. Endpoints and servers share keys, so it says all that a resumed session would get round: who the host is, and what its
/// policy asks of clients and connections. Not which certificate it shows: that is renewed, and its names stay. Not the revocation lists: what they say is
/// asked each time that a client comes back.
/// </summary>
internal static class SessionContext
{
    private const string SubjectAlternativeName = "2.5.29.17";

    internal static byte[] Of(TlsHost host)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, "aeronet 1");
        Add(hash, host.ServerName?.ToLowerInvariant());
        Add(hash, FormattableString.Invariant($"{(int)host.ClientCertificates} {(int)host.Protocols}"));
        Add(hash, host.CipherList);
        Add(hash, host.CipherSuites);
        Add(hash, host.Groups);
        Add(hash, host.RequiresPostQuantum ? "post-quantum" : null);
        Add(hash, host.SignatureAlgorithms);
        foreach (var certificate in host.Certificates.OrderBy(certificate => certificate.Subject, StringComparer.Ordinal))
        {
            Add(hash, certificate.Subject);
            Add(hash, certificate.Extensions[SubjectAlternativeName]?.RawData ?? []);
        }

        foreach (var authority in host.TrustedClientAuthorities.OrderBy(authority => authority.Thumbprint, StringComparer.Ordinal))
        {
            Add(hash, authority.RawData);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Whether a session is of the host with this one.</summary>
    internal static unsafe bool IsOf(nint session, ReadOnlySpan<byte> id)
    {
        uint length;
        var of = OpenSsl.SSL_SESSION_get0_id_context(session, &length);
        return new ReadOnlySpan<byte>(of, (int)length).SequenceEqual(id);
    }

    private static void Add(IncrementalHash hash, string? text) => Add(hash, text is null ? [] : Encoding.UTF8.GetBytes(text));

    // With its length, so that no two lists of parts are the same bytes.
    private static void Add(IncrementalHash hash, byte[] bytes)
    {
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
