using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.HttpsRedirect;
using Aeronet.AspNetCore.Middleware.Pipeline;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Sends clients from http to https.</summary>
public static class AeronetHttpsRedirectApplicationBuilderExtensions
{
    /// <summary>
    /// Redirects http requests to https, and puts the <c>Strict-Transport-Security</c> field on https responses if the options
    /// say so. Options come from the configuration section <c>Aeronet:HttpsRedirect</c>, changed by
    /// <c>services.AddAeronetHttpsRedirect</c> or <c>services.Configure&lt;AeronetHttpsRedirectOptions&gt;</c>.
    /// </summary>
    /// <remarks>
    /// Takes the place of <c>UseHttpsRedirection</c> and <c>UseHsts</c>. Needs no registration of services. Belongs after
    /// <c>UseForwardedHeaders</c>, by which alone it learns that a proxy was reached over https, and before whatever must not be
    /// served over http.
    /// </remarks>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static IApplicationBuilder UseAeronetHttpsRedirect(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.ApplicationServices;
        var configuration = services.GetService<IConfiguration>();
        var options = CreateOptions(services, configuration);
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Aeronet.AspNetCore.Middleware.HttpsRedirect");
        var ports = new HttpsPorts(
            options,
            configuration,
            app.ServerFeatures.Get<IServerAddressesFeature>(),
            services.GetService<IHostApplicationLifetime>(),
            logger);
        CheckOwnPort(services, ports, logger);
        var allowedHosts = new HostAllowList(AllowedHosts(options, services, configuration));
        return PipelineStep.Use(
            app,
            PipelineStep.HttpsRedirect,
            next => new HttpsRedirectMiddleware(next, options, ports, allowedHosts, logger).InvokeAsync);
    }

    private static void CheckOwnPort(IServiceProvider services, HttpsPorts ports, ILogger logger)
    {
        if (services.GetService<OwnPortCheck>() is { } check)
        {
            check.Add(ports);
            return;
        }

        // Without services of ours nothing can fail the start any more; the application ends instead.
        var lifetime = services.GetService<IHostApplicationLifetime>();
        lifetime?.ApplicationStarted.Register(() =>
        {
            if (ports.FindOwnPort() is { } failure)
            {
                HttpsRedirectLog.OwnPort(logger, failure);
                lifetime.StopApplication();
            }
        });
    }

    private static AeronetHttpsRedirectOptions CreateOptions(IServiceProvider services, IConfiguration? configuration)
    {
        var setups = services.GetServices<IConfigureOptions<AeronetHttpsRedirectOptions>>().ToList();
        if (configuration is not null && !setups.OfType<AeronetHttpsRedirectOptionsSetup>().Any())
        {
            setups.Insert(0, new AeronetHttpsRedirectOptionsSetup(configuration));
        }

        var validators = services.GetServices<IValidateOptions<AeronetHttpsRedirectOptions>>().ToList();
        if (!validators.OfType<AeronetHttpsRedirectOptionsValidator>().Any())
        {
            validators.Add(new AeronetHttpsRedirectOptionsValidator());
        }

        // Not IOptions: it would know configuration only if services had been registered.
        return new OptionsFactory<AeronetHttpsRedirectOptions>(
            setups, services.GetServices<IPostConfigureOptions<AeronetHttpsRedirectOptions>>(), validators).Create(Options.DefaultName);
    }

    private static IReadOnlyCollection<string> AllowedHosts(
        AeronetHttpsRedirectOptions options, IServiceProvider services, IConfiguration? configuration)
    {
        if (options.AllowedHosts is { Count: > 0 } own)
        {
            return [.. own];
        }

        IList<string> filtered = services.GetService<IOptions<HostFilteringOptions>>()?.Value.AllowedHosts is { Count: > 0 } hosts
            ? hosts
            : configuration?["AllowedHosts"]?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [];

        // As the framework reads them: in any script, and the addresses for "any address" mean any host.
        return filtered.Count == 0 || filtered.Any(host => host is "*" or "[::]" or "0.0.0.0")
            ? ["*"]
            : [.. filtered.Select(host => new HostString(host).ToUriComponent())];
    }
}
