using System.Buffers.Binary;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>
/// Key exchange whose secrets a quantum computer could not work out from a recording: ML-KEM (FIPS 203), by itself or in a hybrid with
/// a curve (draft-ietf-tls-ecdhe-mlkem).
/// </summary>
internal static class PostQuantum
{
    /// <summary>In the name of every such group, whoever provides it.</summary>
    private const string Mark = "MLKEM";

    // supported_groups, in IANA's registry: MLKEM512 to MLKEM1024; SecP256r1MLKEM768, X25519MLKEM768, SecP384r1MLKEM1024.
    private const int FirstPure = 0x0200;
    private const int LastPure = 0x0202;
    private const int FirstHybrid = 0x11EB;
    private const int LastHybrid = 0x11ED;

    private static readonly Lazy<string> s_groups = new(() =>
        string.Join(':', new[] { "X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024" }.Where(KeyExchangeGroups.Exists)));

    /// <summary>The hybrids that OpenSSL has, as a list of groups; empty when it has none.</summary>
    internal static string Groups => s_groups.Value;

    /// <summary>Whether a group is one, by its name; null is none.</summary>
    internal static bool Is(string? group) => group?.Contains(Mark, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>What a list of groups (SSL_CTX_set1_groups_list(3)) has of them, as such a list; null when it has none.</summary>
    internal static string? Among(string groups)
    {
        var tuples = groups.Split('/')
            .Select(tuple => string.Join(':', tuple.Split(':', StringSplitOptions.TrimEntries).Where(group => Is(group) && group[0] != '-')))
            .Where(tuple => tuple.Length > 0);
        var among = string.Join('/', tuples);
        return among.Length > 0 ? among : null;
    }

    /// <summary>Whether a client's supported_groups extension (RFC 8446, section 4.2.7) has one.</summary>
    internal static bool IsOfferedIn(ReadOnlySpan<byte> extension)
    {
        // Two bytes of length, which OpenSSL checks, and two for each group.
        for (var rest = extension.Length > 2 ? extension[2..] : default; rest.Length >= 2; rest = rest[2..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(rest) is (>= FirstPure and <= LastPure) or (>= FirstHybrid and <= LastHybrid))
            {
                return true;
            }
        }

        return false;
    }
}
