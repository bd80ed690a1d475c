using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Revocation;

/// <summary>A certificate revocation list (RFC 5280, section 5) that an authority has signed. Freed by its handle's finalizer: handshakes may have it.</summary>
internal sealed class RevocationList
{
    private const string PemLabel = "X509 CRL";

    // Clocks differ.
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    private readonly CrlHandle _list;

    private RevocationList(CrlHandle list, DateTimeOffset made, int length)
    {
        _list = list;
        Length = length;
        Made = made;
        Ends = list.Ends;
    }

    /// <summary>How many bytes it has.</summary>
    internal int Length { get; }

    internal DateTimeOffset Made { get; }

    /// <summary>Null for never.</summary>
    internal DateTimeOffset? Ends { get; }

    /// <summary>OpenSSL's, as long as this object lives.</summary>
    internal nint Pointer => _list.Pointer;

    /// <summary>Reads and verifies a list.</summary>
    /// <param name="bytes">DER, or PEM, which RFC 5280 does not have and servers do.</param>
    /// <param name="authorities">Who may have signed it.</param>
    /// <param name="now">The time at which it must be current.</param>
    /// <param name="problem">Why it cannot be used, as the end of a sentence.</param>
    internal static RevocationList? TryRead(byte[] bytes, X509Certificate2Collection authorities, DateTimeOffset now, out string problem)
    {
        problem = "";
        var list = CrlHandle.Parse(TryDecodePem(bytes) ?? bytes);
        if (list.IsInvalid || list.Made is not { } made)
        {
            problem = "it is no revocation list";
        }
        else if (!authorities.Any(authority => IsSignedBy(list, authority)))
        {
            problem = "none of TrustedClientAuthorities has signed it";
        }
        else if (made > now + s_skew)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"it does not begin before {made:u}");
        }
        else if (list.Ends <= now)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"it ended on {list.Ends:u}");
        }
        else
        {
            return new RevocationList(list, made, bytes.Length);
        }

        list.Dispose();
        return null;
    }

    private static bool IsSignedBy(CrlHandle list, X509Certificate2 authority)
    {
        using var parsed = X509Handle.Parse(authority.RawData);
        return !parsed.IsInvalid && list.IsSignedBy(parsed);
    }

    private static byte[]? TryDecodePem(byte[] bytes)
    {
        if (!bytes.AsSpan().StartsWith("-----BEGIN"u8))
        {
            return null;
        }

        var text = Encoding.ASCII.GetString(bytes);
        return PemEncoding.TryFind(text, out var fields) && text.AsSpan()[fields.Label].SequenceEqual(PemLabel) ? Convert.FromBase64String(text[fields.Base64Data]) : null;
    }
}
