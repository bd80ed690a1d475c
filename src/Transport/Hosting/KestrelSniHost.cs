using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>One host of an endpoint's <c>Sni</c> section, as Kestrel reads it: what it cannot read is as if it were not there.</summary>
internal sealed class KestrelSniHost(IConfigurationSection section)
{
    /// <summary>A name, a wildcard such as <c>*.example.com</c>, or <c>*</c> for every client no other matches.</summary>
    internal string Name => section.Key;

    internal IConfigurationSection Certificate => section.GetSection("Certificate");

    internal bool HasCertificate => !string.IsNullOrEmpty(Certificate["Path"]) || !string.IsNullOrEmpty(Certificate["Subject"]);

    internal HttpProtocols? Protocols => Parse<HttpProtocols>(section["Protocols"]);

    internal ClientCertificateMode? ClientCertificateMode => Parse<ClientCertificateMode>(section["ClientCertificateMode"]);

    internal SslProtocols? SslProtocols =>
        section.GetSection("SslProtocols").GetChildren().ToArray() is { Length: > 0 } names
            ? names.Aggregate(default(SslProtocols), (all, name) => all | (Parse<SslProtocols>(name.Value) ?? default))
            : null;

    private static T? Parse<T>(string? text)
        where T : struct, Enum
        => Enum.TryParse<T>(text, ignoreCase: true, out var value) ? value : null;
}
