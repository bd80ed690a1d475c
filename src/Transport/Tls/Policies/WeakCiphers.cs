using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>
/// Finds ciphers that no endpoint may offer: without encryption or authentication, with less than 128 bits (export, DES,
/// 3DES: RFC 9325, section 4.1), RC4 (RFC 7465), MD5, or CCM with a tag of 64 bits, which OpenSSL counts as that much since 3.2.
/// </summary>
internal static unsafe class WeakCiphers
{
    private const int FewestBits = 128;

    private static readonly string[] s_names = ["NULL", "EXP", "RC2", "RC4", "DES", "MD5", "ADH", "AECDH", "CCM8", "CCM_8"];

    /// <summary>
    /// A cipher list without the short tags that come in by names of groups of ciphers (<c>HIGH</c>, <c>AESCCM</c>): one list is good
    /// for every version of OpenSSL, and offers the same with each.
    /// </summary>
    internal static string WithoutShortTags(string list) => $"{list}:!AESCCM8";

    /// <summary>
    /// The first weak cipher a cipher list asks for by name; null when there is none. Also those that this machine's OpenSSL
    /// was built without: the next machine's may have them.
    /// </summary>
    internal static string? NamedIn(string list) =>
        list.Split([':', ',', ' '], StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(name => name[0] is not ('!' or '-') && s_names.Any(weak => name.Contains(weak, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The first weak cipher a context would offer, such as by the name of a group of ciphers; null when there is none.</summary>
    internal static string? OfferedBy(nint context)
    {
        var ciphers = OpenSsl.SSL_CTX_get_ciphers(context);
        for (var i = 0; i < OpenSsl.OPENSSL_sk_num(ciphers); i++)
        {
            var cipher = OpenSsl.OPENSSL_sk_value(ciphers, i);
            var name = Marshal.PtrToStringUTF8((nint)OpenSsl.SSL_CIPHER_get_name(cipher))!;
            if (OpenSsl.SSL_CIPHER_get_bits(cipher, null) < FewestBits
                || OpenSsl.SSL_CIPHER_get_auth_nid(cipher) == OpenSsl.NID_auth_null
                || NamedIn(name) is not null)
            {
                return name;
            }
        }

        return null;
    }
}
