using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Revocation;

/// <summary>Checks what is set about revoked client certificates.</summary>
internal static class RevocationOptionsValidator
{
    /// <exception cref="InvalidOperationException">The message names the option, the value and what would be right.</exception>
    internal static void Validate(TlsSettings settings)
    {
        var endpoint = settings.Options;
        var revocation = endpoint.Revocation;
        Check(
            revocation.CacheDirectory is null || !string.IsNullOrWhiteSpace(revocation.CacheDirectory),
            "Revocation:CacheDirectory", "is empty: give it a folder, or remove it.");
        CheckTime(revocation.RefreshInterval, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7), "Revocation:RefreshInterval", "00:01:00 to 7.00:00:00");
        CheckTime(revocation.CheckTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), "Revocation:CheckTimeout", "00:00:00.1 to 00:01:00");
        CheckTime(revocation.CheckLifetime, TimeSpan.Zero, TimeSpan.FromDays(1), "Revocation:CheckLifetime", "00:00:00 to 1.00:00:00");
        ValidateHost(endpoint, null);
        foreach (var (name, host) in endpoint.Hosts.Where(host => host.Value is not null))
        {
            ValidateHost(host, name);
        }

        void ValidateHost(AeronetTlsHostOptions host, string? name)
        {
            Check(
                host.RevocationFailure is null || Enum.IsDefined(host.RevocationFailure.Value),
                nameof(host.RevocationFailure), $"is {host.RevocationFailure}: use Hard or Soft.", name);
            foreach (var url in host.RevocationUrls)
            {
                Check(
                    Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttp || parsed.Scheme == Uri.UriSchemeHttps),
                    nameof(host.RevocationUrls), $"has '{url}': use an absolute http or https address, such as http://crl.example.com/clients.crl.", name);
            }

            Check(
                host.RevocationUrls.Count == 0 || host.TrustedClientAuthorities.Count + endpoint.TrustedClientAuthorities.Count > 0,
                nameof(host.RevocationUrls), "is set, and TrustedClientAuthorities is empty: name the authorities, by whose signatures lists are known.", name);
        }

        void CheckTime(TimeSpan value, TimeSpan least, TimeSpan most, string option, string range) =>
            Check(value >= least && value <= most, option, $"is {value}: use {range}.");

        void Check(bool valid, string option, string problem, string? host = null)
        {
            if (!valid)
            {
                throw new InvalidOperationException($"{settings.NameOf(option, host)} {problem}");
            }
        }
    }
}
