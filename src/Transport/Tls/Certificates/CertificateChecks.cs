using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Certificates;

/// <summary>Checks a server's certificate before clients do.</summary>
internal static class CertificateChecks
{
    /// <summary>Why a certificate is not good now, as in <c>expired on 2026-01-31 12:00:00Z</c>; null when it is.</summary>
    internal static string? ProblemNow(X509Certificate2 certificate)
    {
        var now = DateTime.UtcNow;
        var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return now > to ? string.Create(CultureInfo.InvariantCulture, $"expired on {to:u}")
            : now < from ? string.Create(CultureInfo.InvariantCulture, $"is not valid before {from:u}")
            : null;
    }

    /// <exception cref="InvalidOperationException">The certificate's time is over, or has not come.</exception>
    internal static void CheckTime(TlsSettings settings, X509Certificate2 certificate, string? host)
    {
        var origin = settings.Origins.GetValueOrDefault(certificate);
        if (settings.Options.AllowExpiredCertificates || origin is { AllowInvalid: true } || ProblemNow(certificate) is not { } problem)
        {
            return;
        }

        throw new InvalidOperationException(origin is null
            ? $"{settings.NameOf("Certificates", host)} has '{certificate.Subject}', which {problem}: renew it, or set AllowExpiredCertificates."
            : $"{origin.Section}:{origin.Key} is '{origin.Value}', and the certificate '{certificate.Subject}' {problem}: renew it, or set {origin.Section}:AllowInvalid to true.");
    }
}
