using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Configuration;
using Aeronet.AspNetCore.Middleware.Pipeline;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.Transport.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Gives path prefixes middleware of their own.</summary>
public static class AeronetRouteApplicationBuilderExtensions
{
    private const string PrefixRemedy = "a path such as '/files', without a slash at its end";

    /// <summary>
    /// Gives every prefix of the configuration section <c>Aeronet:Routes</c> what it says there, in its order.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static IApplicationBuilder UseAeronetRoutes(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        PipelineUse.Note(app, PipelineStep.Routes);
        var failures = new OptionFailures();
        var routes = new List<AeronetRouteOptions>();
        var configuration = app.ApplicationServices.GetRequiredService<IConfiguration>();
        routes.AddRange(ReadAll(configuration, failures));

        failures.ThrowIfAny(typeof(AeronetRouteOptions));
        routes.ForEach(route => Map(app, route));
        return app;
    }

    /// <summary>
    /// Gives a prefix an access log, CORS, hooks and files, in this order. What they leave alone goes on behind this call, to endpoints
    /// for one; the path is not changed.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="prefix">The prefix, such as <c>/files</c>.</param>
    /// <param name="configure">Says what it has.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static IApplicationBuilder UseAeronetRoute(this IApplicationBuilder app, string prefix, Action<AeronetRouteOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(configure);
        var route = new AeronetRouteOptions { Prefix = prefix };
        configure(route);
        var failures = new OptionFailures();
        failures.Check(IsPrefix(route.Prefix), nameof(route.Prefix), route.Prefix, PrefixRemedy);
        failures.ThrowIfAny(typeof(AeronetRouteOptions));
        return Map(app, route);
    }

    internal static IEnumerable<AeronetRouteOptions> ReadAll(IConfiguration configuration, OptionFailures failures)
    {
        var list = configuration.GetSection(AeronetRouteOptions.SectionName);
        var source = ConfigurationList.SourceOf(configuration, list);
        return (ConfigurationList.ItemsOf(configuration, list) ?? []).Select(item => Read(source, item, failures));
    }

    private static AeronetRouteOptions Read(IConfiguration configuration, IConfigurationSection item, OptionFailures failures)
    {
        var route = new AeronetRouteOptions { Section = item };
        var section = new StrictSection(configuration, item.Path, failures);
        section.Read<string>(nameof(route.Prefix), ConfigurationText.TryParseString, PrefixRemedy, value => route.Prefix = value);
        section.Read<bool>(nameof(route.AccessLog), bool.TryParse, ConfigurationText.BoolRemedy, value => route.AccessLog = value);
        section.Read<string>(nameof(route.Cors), ConfigurationText.TryParseString, "a policy's name", value => route.Cors = value);
        section.Read<string>(
            nameof(route.StaticRoot), ConfigurationText.TryParseString, "a directory", value => route.StaticRoot = value);
        section.Expect([nameof(route.StaticFiles)]);
        section.RefuseTheRest();
        RefuseBesidePrefix(route, item, failures);
        failures.Check(IsPrefix(route.Prefix), $"{item.Path}:{nameof(route.Prefix)}", route.Prefix, PrefixRemedy);
        return route;
    }

    private static bool IsPrefix(string prefix) => prefix == "/"
        || (prefix.StartsWith('/')
            && !prefix.EndsWith('/')
            && !prefix.Contains("//", StringComparison.Ordinal)
            && !prefix.AsSpan().ContainsAny("?#\\%"));

    private static IApplicationBuilder Map(IApplicationBuilder app, AeronetRouteOptions route)
    {
        var prefix = route.Prefix == "/" ? PathString.Empty : new PathString(route.Prefix);
        return app.UseWhen(context => context.Request.Path.StartsWithSegments(prefix), branch =>
        {
            if (route.AccessLog)
            {
                AeronetAccessLogApplicationBuilderExtensions.UseBelow(branch, prefix);
            }

            if (route.Cors is not null)
            {
                AeronetCorsApplicationBuilderExtensions.UseForPrefix(app, prefix, branch, route.Cors);
            }

            if (route.Hooks is not null)
            {
                branch.UseAeronetHooks(route.Hooks);
            }

            if (route.HasFiles)
            {
                UseFiles(branch, prefix, route);
            }
        });
    }

    private static void RefuseBesidePrefix(AeronetRouteOptions route, IConfigurationSection item, OptionFailures failures)
    {
        var files = item.GetSection(nameof(route.StaticFiles));
        var (path, root) = (files.GetSection(nameof(AeronetStaticFileOptions.RequestPath)), files.GetSection(nameof(AeronetStaticFileOptions.Root)));
        if (path.Value is not null)
        {
            failures.Add($"{path.Path} is '{path.Value}': remove it, the path is {item.Path}:{nameof(route.Prefix)}.");
        }

        if (root.Value is not null && route.StaticRoot is not null)
        {
            failures.Add($"{root.Path} is '{root.Value}' and {item.Path}:{nameof(route.StaticRoot)} is set as well: set one of them.");
        }
    }

    private static void UseFiles(IApplicationBuilder branch, PathString prefix, AeronetRouteOptions route)
    {
        try
        {
            branch.UseAeronetStaticFiles(prefix.Value ?? "", route.StaticFilesSection, options =>
            {
                options.Root = route.StaticRoot ?? options.Root;
                route.StaticFiles?.Invoke(options);
            });
        }
        catch (OptionsValidationException wrong) when (route.StaticRoot is not null)
        {
            // The root has a name of its own here.
            var root = $"{route.StaticFilesSection?.Path ?? AeronetStaticFileOptions.SectionName}:{nameof(AeronetStaticFileOptions.Root)} ";
            var key = route.Section is null ? $"{nameof(route.StaticRoot)} of '{route.Prefix}'" : $"{route.Section.Path}:{nameof(route.StaticRoot)}";
            throw new OptionsValidationException(
                wrong.OptionsName, wrong.OptionsType, wrong.Failures.Select(line => line.Replace(root, key + " ", StringComparison.Ordinal)));
        }
    }
}
