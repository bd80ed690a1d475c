using System.Net.Security;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>Reads lists of cipher suites that name each suite, as the framework's TLS wants them.</summary>
internal static class CipherSuiteNames
{
    /// <summary>The suites of a TLS 1.2 list by OpenSSL's names and of a TLS 1.3 list by IANA's; null when a name is no suite with ephemeral keys.</summary>
    internal static TlsCipherSuite[]? TryParse(string cipherList, string cipherSuites)
    {
        var suites = new List<TlsCipherSuite>();
        foreach (var name in Split(cipherSuites).Concat(Split(cipherList).Select(ToIana)))
        {
            // By name alone: the parser would also take numbers.
            if (!name.StartsWith("TLS_", StringComparison.Ordinal) || !Enum.TryParse<TlsCipherSuite>(name, out var suite))
            {
                return null;
            }

            suites.Add(suite);
        }

        return [.. suites];
    }

    private static string[] Split(string list) => list.Split([':', ',', ' '], StringSplitOptions.RemoveEmptyEntries);

    // ECDHE-RSA-AES128-GCM-SHA256 is TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; CBC is what OpenSSL leaves out.
    private static string ToIana(string name)
    {
        var parts = name.Split('-');
        return parts switch
        {
            ["ECDHE" or "DHE", "RSA" or "ECDSA", "CHACHA20", "POLY1305"] => $"TLS_{parts[0]}_{parts[1]}_WITH_CHACHA20_POLY1305_SHA256",
            ["ECDHE" or "DHE", "RSA" or "ECDSA", "AES128" or "AES256", "GCM", _] => $"TLS_{parts[0]}_{parts[1]}_WITH_AES_{parts[2][3..]}_GCM_{parts[4]}",
            ["ECDHE" or "DHE", "RSA" or "ECDSA", "AES128" or "AES256", _] => $"TLS_{parts[0]}_{parts[1]}_WITH_AES_{parts[2][3..]}_CBC_{parts[3]}",
            _ => "",
        };
    }
}
