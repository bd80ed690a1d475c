namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>Checks <see cref="AeronetTlsOptions"/>.</summary>
internal static class TlsOptionsValidator
{
    /// <exception cref="InvalidOperationException">The message names the option, the value and what would be right.</exception>
    internal static void Validate(AeronetTlsOptions options)
    {
        Check(options.Certificates.Count > 0, "Certificates is empty: add at least one certificate with its private key.");
        CheckHost(options, "");
        Check(
            !Expects(options) || options.Hosts.Values.Append(options).Any(host => host is not null && Asks(host, options)),
            $"TrustedClientAuthorities, RevocationLists or ClientCertificateValidation is set, and ClientCertificates is {options.ClientCertificates ?? TlsClientCertificates.Disabled}: set it to Require or Request, or nobody is checked.");
        Check(Enum.IsDefined(options.Ktls), $"Ktls is {options.Ktls}: use Disabled, Opportunistic, Enabled or Required.");
        Check(
            options.HandshakeTimeout >= TimeSpan.FromMilliseconds(100) && options.HandshakeTimeout <= TimeSpan.FromMinutes(10),
            $"HandshakeTimeout is {options.HandshakeTimeout}: use 00:00:00.1 to 00:10:00.");
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, host) in options.Hosts)
        {
            var normalized = HostNames.TryNormalize(name);
            Check(normalized is not null, $"Hosts has '{name}': use a DNS name, or *. and a DNS name.");
            Check(names.TryAdd(normalized!, name), $"Hosts has '{name}' and '{names[normalized!]}', which are the same name: leave one out.");
            Check(host is not null, $"Hosts['{name}'] is null: give it options, which may be empty.");
            CheckHost(host!, $"Hosts['{name}'].");
            Check(
                !Expects(host!) || Asks(host!, options),
                $"Hosts['{name}'] sets TrustedClientAuthorities, RevocationLists or ClientCertificateValidation, and its ClientCertificates is Disabled: set it to Require or Request, or nobody is checked.");
        }
    }

    private static void CheckHost(AeronetTlsHostOptions host, string prefix)
    {
        Check(host.Certificates.All(certificate => certificate is not null), $"{prefix}Certificates has a null: was the certificate not found?");
        Check(
            host.Protocols is null || (host.Protocols != 0 && (host.Protocols & ~TlsVersions.All) == 0),
            $"{prefix}Protocols is {host.Protocols}: use Tls12, Tls13 or both.");
        Check(
            host.ClientCertificates is null || Enum.IsDefined(host.ClientCertificates.Value),
            $"{prefix}ClientCertificates is {host.ClientCertificates}: use Disabled, Request or Require.");
        Check(host.RevocationLists.All(list => list is not null), $"{prefix}RevocationLists has a null: was the list not found?");
        Check(
            host.CipherPolicy is null || Enum.IsDefined(host.CipherPolicy.Value),
            $"{prefix}CipherPolicy is {host.CipherPolicy}: use Intermediate, Modern, Compatibility or Custom.");
        Check(
            host.CipherPolicy != TlsCipherPolicy.Modern || host.Protocols is null || (host.Protocols & TlsVersions.Tls13) != 0,
            $"{prefix}CipherPolicy is Modern, which is TLS 1.3, and Protocols is {host.Protocols}: add Tls13 or use Intermediate.");
        Check(
            host.CipherPolicy == TlsCipherPolicy.Custom || (host.CipherList is null && host.CipherSuites is null),
            $"{prefix}CipherList and CipherSuites are for CipherPolicy Custom, and it is {host.CipherPolicy?.ToString() ?? "not set"}: set it to Custom.");
        Check(
            host.CipherPolicy != TlsCipherPolicy.Custom || host.CipherList is not null || host.CipherSuites is not null,
            $"{prefix}CipherPolicy is Custom: name the ciphers in CipherList (TLS 1.2) or CipherSuites (TLS 1.3).");
    }

    private static bool Expects(AeronetTlsHostOptions host) =>
        host.TrustedClientAuthorities.Count > 0 || host.RevocationLists.Count > 0 || host.ClientCertificateValidation is not null;

    private static bool Asks(AeronetTlsHostOptions host, AeronetTlsOptions endpoint) =>
        (host.ClientCertificates ?? endpoint.ClientCertificates ?? TlsClientCertificates.Disabled) != TlsClientCertificates.Disabled;

    private static void Check(bool valid, string message)
    {
        if (!valid)
        {
            throw new InvalidOperationException($"TLS option {message}");
        }
    }
}
