using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Tests.Configuration;

/// <summary>Applications that differ in their configuration only.</summary>
internal static class ConfiguredOptions
{
    internal const string Section = "Aeronet:Transport:";

    internal static WebApplicationBuilder CreateBuilder(params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(Section + s.Key, s.Value)));
        return builder;
    }

    internal static async Task<AeronetTransportOptions> ReadAsync(WebApplicationBuilder builder, Action<AeronetTransportOptions>? configure = null)
    {
        builder.WebHost.UseAeronetTransport(options => configure?.Invoke(options));
        await using var app = builder.Build();
        return app.Services.GetRequiredService<IOptions<AeronetTransportOptions>>().Value;
    }

    /// <summary>The failures that starting the application ends with.</summary>
    internal static async Task<string[]> FailToStartAsync(WebApplicationBuilder builder, Action<AeronetTransportOptions>? configure = null)
    {
        builder.WebHost.UseAeronetTransport(options => configure?.Invoke(options));
        await using var app = builder.Build();
        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.Equal(typeof(AeronetTransportOptions), thrown.OptionsType);
        return [.. thrown.Failures];
    }
}
