using System.Security.Cryptography;
using System.Text;
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
    internal const int Length = SHA256.HashSizeInBytes;

    private const string SubjectAlternativeName = "2.5.29.17";

    internal static byte[] Of(TlsHost host)
    {
        var id = new byte[Length];
        Of(host, id);
        return id;
    }

    internal static void Of(TlsHost host, Span<byte> id)
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

        hash.GetHashAndReset(id);
    }

    private static void Add(IncrementalHash hash, string? text) => Add(hash, text is null ? [] : Encoding.UTF8.GetBytes(text));

    // With its length, so that no two lists of parts are the same bytes.
    private static void Add(IncrementalHash hash, byte[] bytes)
    {
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
