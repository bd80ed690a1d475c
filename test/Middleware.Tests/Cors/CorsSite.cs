using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

/// <summary>Sites with CORS policies.</summary>
internal static class CorsSite
{
    public const string Origin = "https://app.example.com";

    /// <summary>Keys of the default policy, unless they begin with a slash: then of the section.</summary>
    public static Task<TestSite> StartAsync(ServerKind server, params (string Key, string Value)[] settings) =>
        StartAsync(server, null, settings);

    public static Task<TestSite> StartAsync(ServerKind server, Action<WebApplication>? app, params (string Key, string Value)[] settings) =>
        TestSite.StartAsync(server, new SiteOptions
        {
            Settings = settings.ToDictionary(s => KeyOf(s.Key), s => (string?)s.Value),
            Builder = builder => builder.Services.AddAeronetCors(),
            App = app ?? (site => site.UseAeronetCors()),
        });

    /// <summary>One with endpoints.</summary>
    public static Task<TestSite> StartWithEndpointsAsync(
        ServerKind server, Action<WebApplication> app, params (string Key, string Value)[] settings) =>
        TestSite.StartAsync(server, new SiteOptions
        {
            Settings = settings.ToDictionary(s => KeyOf(s.Key), s => (string?)s.Value),
            Builder = builder => builder.Services.AddAeronetCors(),
            App = app,
            EndsWithServed = false,
        });

    /// <summary>Asks as a browser would before it sends what is asked about.</summary>
    public static Task<HttpResponseMessage> PreflightAsync(
        this TestSite site, string origin, string method = "GET", string? headers = null, string path = "/", params string[] more) =>
        site.SendAsync(
            HttpMethod.Options,
            path,
            [
                $"Origin: {origin}",
                $"Access-Control-Request-Method: {method}",
                .. headers is null ? [] : new[] { $"Access-Control-Request-Headers: {headers}" },
                .. more,
            ]);

    /// <summary>A field's lines, with "; " between them; null if there are none.</summary>
    public static string? Field(this HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? string.Join("; ", values) : null;

    public static string? AllowOrigin(this HttpResponseMessage response) => response.Field("Access-Control-Allow-Origin");

    public static string? Vary(this HttpResponseMessage response) => response.Field("Vary");

    public static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => KeyOf(s.Key), s => (string?)s.Value)).Build();

    private static string KeyOf(string key) => AeronetCorsOptions.SectionName + (key[0] == '/' ? $":{key[1..]}" : $":Default:{key}");
}
