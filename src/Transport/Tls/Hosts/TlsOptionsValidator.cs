using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Admission;
using Aeronet.AspNetCore.Transport.Tls.Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Revocation;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Aeronet.AspNetCore.Transport.Tls.Tickets;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>Checks <see cref="AeronetTlsOptions"/>.</summary>
internal static class TlsOptionsValidator
{
    /// <exception cref="InvalidOperationException">The message names the option, the value and what would be right.</exception>
    internal static void Validate(TlsSettings settings)
    {
        var options = settings.Options;
        AdmissionOptionsValidator.Validate(settings);
        CheckHost(settings, options, null);
        Check(
            options.Certificates.Count > 0, settings, nameof(options.Certificates),
            settings.Section is null ? "is empty: add at least one certificate with its private key." : "is empty: set Certificate:Path, or add a certificate in code.");
        Check(
            !Expects(options) || AsksAnybody(options),
            settings, nameof(options.ClientCertificates),
            $"is {options.ClientCertificates ?? TlsClientCertificates.Disabled}, and TrustedClientAuthorities, RevocationLists, RevocationUrls or ClientCertificateValidation is set: set it to Require or Request, or nobody is checked.");
        Check(Enum.IsDefined(options.Ktls), settings, nameof(options.Ktls), $"is {options.Ktls}: use Disabled, Opportunistic, Enabled or Required.");
        Check(
            options.HandshakeTimeout >= TimeSpan.FromMilliseconds(100) && options.HandshakeTimeout <= TimeSpan.FromMinutes(10),
            settings, nameof(options.HandshakeTimeout), $"is {options.HandshakeTimeout}: use 00:00:00.1 to 00:10:00.");
        Check(
            options.ReloadInterval >= TimeSpan.FromSeconds(1) && options.ReloadInterval <= TimeSpan.FromDays(1),
            settings, nameof(options.ReloadInterval), $"is {options.ReloadInterval}: use 00:00:01 to 1.00:00:00.");
        Check(
            !options.RefuseUnknownHosts || options.Hosts.Count > 0,
            settings, nameof(options.Hosts), "is empty, and RefuseUnknownHosts is on: list the hosts, or every client that names one is refused.");
        SessionTicketValidator.Validate(settings);
        RevocationOptionsValidator.Validate(settings);
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, host) in options.Hosts)
        {
            var normalized = HostNames.TryNormalize(name);
            Check(normalized is not null, settings, nameof(options.Hosts), $"has '{name}': use a DNS name, or *. and a DNS name.");
            Check(names.TryAdd(normalized!, name), settings, nameof(options.Hosts), $"has '{name}' and '{names[normalized!]}', which are the same name: leave one out.");
            Check(host is not null, settings, $"Hosts['{name}']", "is null: give it options, which may be empty.");
            CheckHost(settings, host!, name);
            Check(
                !Expects(host!) || Asks(host!, options),
                settings, nameof(options.ClientCertificates),
                "is Disabled, and TrustedClientAuthorities, RevocationLists, RevocationUrls or ClientCertificateValidation is set: set it to Require or Request, or nobody is checked.", name);
        }
    }

    /// <summary>Whether the endpoint, or a host of it, asks for client certificates.</summary>
    internal static bool AsksAnybody(AeronetTlsOptions options) =>
        options.Hosts.Values.Append(options).Any(host => host is not null && Asks(host, options));

    private static void CheckHost(TlsSettings settings, AeronetTlsHostOptions host, string? name)
    {
        foreach (var certificate in host.Certificates)
        {
            Check(certificate is not null, settings, nameof(host.Certificates), "has a null: was the certificate not found?", name);
            CertificateChecks.CheckTime(settings, certificate!, name);
        }

        StapleOptionsValidator.Validate(settings, host, name);
        Check(
            host.Protocols is null || (host.Protocols != 0 && (host.Protocols & ~TlsVersions.All) == 0),
            settings, nameof(host.Protocols), $"is {host.Protocols}: use Tls12, Tls13 or both.", name);
        Check(
            host.ClientCertificates is null || Enum.IsDefined(host.ClientCertificates.Value),
            settings, nameof(host.ClientCertificates), $"is {host.ClientCertificates}: use Disabled, Request or Require.", name);
        Check(host.RevocationLists.All(list => list is not null), settings, nameof(host.RevocationLists), "has a null: was the list not found?", name);
        Check(
            host.CipherPolicy is null || Enum.IsDefined(host.CipherPolicy.Value),
            settings, nameof(host.CipherPolicy), $"is {host.CipherPolicy}: use Intermediate, Modern, Compatibility or Custom.", name);
        Check(
            host.CipherPolicy != TlsCipherPolicy.Modern || host.Protocols is null || (host.Protocols & TlsVersions.Tls13) != 0,
            settings, nameof(host.CipherPolicy), $"is Modern, which is TLS 1.3, and Protocols is {host.Protocols}: add Tls13 or use Intermediate.", name);
        Check(
            host.CipherPolicy == TlsCipherPolicy.Custom || (host.CipherList is null && host.CipherSuites is null),
            settings, host.CipherList is null ? nameof(host.CipherSuites) : nameof(host.CipherList),
            $"is for CipherPolicy Custom, and CipherPolicy is {host.CipherPolicy?.ToString() ?? "not set"}: set it to Custom.", name);
        Check(
            host.CipherPolicy != TlsCipherPolicy.Custom || host.CipherList is not null || host.CipherSuites is not null,
            settings, nameof(host.CipherPolicy), "is Custom: name the ciphers in CipherList (TLS 1.2) or CipherSuites (TLS 1.3).", name);
    }

    private static bool Expects(AeronetTlsHostOptions host) =>
        host.TrustedClientAuthorities.Count > 0 || host.RevocationLists.Count > 0 || host.RevocationUrls.Count > 0 || host.ClientCertificateValidation is not null;

    private static bool Asks(AeronetTlsHostOptions host, AeronetTlsOptions endpoint) =>
        (host.ClientCertificates ?? endpoint.ClientCertificates ?? TlsClientCertificates.Disabled) != TlsClientCertificates.Disabled;

    private static void Check(bool valid, TlsSettings settings, string option, string problem, string? host = null)
    {
        if (!valid)
        {
            throw new InvalidOperationException(PrintableText.Escape($"{settings.NameOf(option, host)} {problem}"));
        }
    }
}
