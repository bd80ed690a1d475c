using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>Starts applications whose TLS stands in configuration, given as lines of <c>key=value</c>.</summary>
internal static class ConfiguredHost
{
    public const string Answer = "at your service";

    /// <summary>One endpoint in code, with TLS from the configuration.</summary>
    public static Task<KestrelHost> StartAsync(string configuration, Action<ListenOptions>? listen = null, Action<WebApplicationBuilder>? builder = null)
        => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen ?? (endpoint => endpoint.UseAeronetTls()),
            Builder = With(configuration, builder),
            App = Serve,
        });

    /// <summary>Endpoints from the configuration alone.</summary>
    public static Task<KestrelHost> StartKestrelAsync(
        string configuration, Action<KestrelServerOptions>? kestrel = null, Action<WebApplicationBuilder>? builder = null, TransportKind kind = TransportKind.Aeronet)
        => KestrelHost.StartAsync(kind, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Kestrel = kestrel,
            Builder = With(configuration, builder),
            App = Serve,
        });

    public static IEnumerable<KeyValuePair<string, string?>> Parse(string configuration)
        => configuration.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], pair.Length > 1 ? pair[1] : null));

    private static Action<WebApplicationBuilder> With(string configuration, Action<WebApplicationBuilder>? next) => builder =>
    {
        builder.Configuration.AddInMemoryCollection(Parse(configuration));
        next?.Invoke(builder);
    };

    private static void Serve(WebApplication app) => app.Run(context => context.Response.WriteAsync($"{context.Request.Scheme} {context.Request.Protocol} {Answer}"));
}
