using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.Middleware.Tests.HttpsRedirect;

/// <summary>Sites that redirect.</summary>
internal static class RedirectSite
{
    /// <summary>One with settings of the section; with HttpsPort 443 if there are none.</summary>
    public static Task<TestSite> StartAsync(ServerKind server, params (string Key, string Value)[] settings) =>
        StartAsync(server, settings, before: null);

    public static Task<TestSite> StartAsync(
        ServerKind server,
        (string Key, string Value)[] settings,
        Action<WebApplication>? before = null,
        Action<WebApplicationBuilder>? builder = null,
        int httpsEndpoints = 0) => TestSite.StartAsync(server, new SiteOptions
        {
            Settings = (settings.Length > 0 ? settings : [("HttpsPort", "443")]).ToDictionary(s => KeyOf(s.Key), s => (string?)s.Value),
            Builder = builder,
            HttpsEndpoints = httpsEndpoints,
            App = app =>
            {
                before?.Invoke(app);
                app.UseAeronetHttpsRedirect();
            },
        });

    /// <summary>One that has to find the port.</summary>
    public static Task<TestSite> StartWithoutPortAsync(
        ServerKind server, int httpsEndpoints = 0, params (string Key, string Value)[] settings) =>
        StartAsync(server, [("StatusCode", "308"), .. settings], httpsEndpoints: httpsEndpoints);

    public static string? Location(this HttpResponseMessage response) => Field(response, "Location");

    public static string? Hsts(this HttpResponseMessage response) => Field(response, "Strict-Transport-Security");

    // HttpClient's own reading of a Location changes it.
    private static string? Field(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    // A key of another section begins with a slash.
    private static string KeyOf(string key) => key[0] == '/' ? key[1..] : $"{AeronetHttpsRedirectOptions.SectionName}:{key}";
}
