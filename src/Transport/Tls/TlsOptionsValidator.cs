using System.Security.Authentication;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>Checks <see cref="AeronetTlsOptions"/>.</summary>
internal static class TlsOptionsValidator
{
    /// <exception cref="InvalidOperationException">The message names the option, the value and what would be right.</exception>
    internal static void Validate(AeronetTlsOptions options)
    {
#pragma warning disable CA5397, CA5398 // Only these two are accepted.
        const SslProtocols known = SslProtocols.Tls12 | SslProtocols.Tls13;
#pragma warning restore CA5397, CA5398
        Check(options.Certificates.Count > 0, "Certificates is empty: add at least one certificate with its private key.");
        Check(options.Certificates.All(certificate => certificate is not null), "Certificates has a null: was the certificate not found?");
        Check(options.Protocols != 0 && (options.Protocols & ~known) == 0, $"Protocols is {options.Protocols}: use Tls12, Tls13 or both.");
        Check(Enum.IsDefined(options.Ktls), $"Ktls is {options.Ktls}: use Disabled, Opportunistic, Enabled or Required.");
        Check(
            options.HandshakeTimeout >= TimeSpan.FromMilliseconds(100) && options.HandshakeTimeout <= TimeSpan.FromMinutes(10),
            $"HandshakeTimeout is {options.HandshakeTimeout}: use 00:00:00.1 to 00:10:00.");
        foreach (var (name, certificates) in options.Hosts)
        {
            Check(IsHostName(name), $"Hosts has '{name}': use a DNS name in ASCII, or *. and a DNS name.");
            Check(certificates is { Count: > 0 }, $"Hosts['{name}'] is empty: add at least one certificate with its private key.");
            Check(certificates.All(certificate => certificate is not null), $"Hosts['{name}'] has a null: was the certificate not found?");
        }
    }

    private static bool IsHostName(string name)
    {
        var labels = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
        return Uri.CheckHostName(labels) == UriHostNameType.Dns && labels.All(char.IsAscii);
    }

    private static void Check(bool valid, string message)
    {
        if (!valid)
        {
            throw new InvalidOperationException($"TLS option {message}");
        }
    }
}
