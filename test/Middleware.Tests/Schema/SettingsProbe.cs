using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>Asks the product what it thinks of settings, as a start would, and listens nowhere.</summary>
internal static class SettingsProbe
{
    private static readonly X509Certificate2 s_certificate = TestCertificate.Create();

    /// <summary>What would stop the start; empty if nothing would.</summary>
    /// <param name="settings">Settings by whole keys.</param>
    public static IReadOnlyList<string> FailuresOf(IDictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseKestrelHttpsConfiguration();
        if (settings.Keys.Any(key => key.StartsWith("Aeronet:Tls:", StringComparison.Ordinal)))
        {
            // Without a certificate it would say nothing else.
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseAeronetTls(tls => tls.Certificates.Add(s_certificate))));
        }

        try
        {
            builder.AddAeronet();
            using var app = builder.Build();
            app.UseAeronet();
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            _ = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException error)
        {
            return [.. error.Failures];
        }
        catch (InvalidOperationException error) when (error.Message.StartsWith("Aeronet:", StringComparison.Ordinal))
        {
            // One at a time, of an endpoint whose keys could all be read.
            return [error.Message];
        }
    }
}
