using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.StaticFiles.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves files of a directory.</summary>
public static class AeronetStaticFilesApplicationBuilderExtensions
{
    /// <summary>
    /// Serves files with the options of the configuration section <c>Aeronet:StaticFiles</c>, changed by
    /// <c>services.Configure&lt;AeronetStaticFileOptions&gt;</c>.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <remarks>
    /// Takes the place of <c>UseStaticFiles</c> and <c>UseDefaultFiles</c>. Needs no registration of services. May be called
    /// again for another mount. Serves every mount of the section's list <c>Mounts</c>, if it has one.
    /// </remarks>
    /// <exception cref="OptionsValidationException">An option is wrong, for example the root directory does not exist.</exception>
    public static IApplicationBuilder UseAeronetStaticFiles(this IApplicationBuilder app) => app.UseAeronetStaticFiles(static _ => { });

    /// <summary>
    /// Serves files with the options of the configuration section <c>Aeronet:StaticFiles</c>, those of each mount changed by a delegate.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="configure">Changes the options after configuration was bound.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong, for example the root directory does not exist.</exception>
    public static IApplicationBuilder UseAeronetStaticFiles(this IApplicationBuilder app, Action<AeronetStaticFileOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(configure);
        foreach (var mount in StaticFileMount.FromConfiguration(app.ApplicationServices, configure))
        {
            Use(app, mount);
        }

        return app;
    }

    /// <summary>
    /// Serves files of <paramref name="root"/> under <paramref name="requestPath"/>, otherwise with the options of the
    /// configuration section <c>Aeronet:StaticFiles</c>.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="requestPath">Empty, or a path such as <c>/files</c>.</param>
    /// <param name="root">A directory; a relative path starts at the content root.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong, for example the root directory does not exist.</exception>
    public static IApplicationBuilder UseAeronetStaticFiles(this IApplicationBuilder app, string requestPath, string root)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(requestPath);
        ArgumentException.ThrowIfNullOrEmpty(root);
        return Use(app, StaticFileMount.SingleFromConfiguration(
            app.ApplicationServices, options => (options.RequestPath, options.Root) = (requestPath, root)));
    }

    /// <summary>
    /// Serves files under <paramref name="requestPath"/> with the options of the configuration section <c>Aeronet:StaticFiles</c>, then those of
    /// another section, as a member of <c>Mounts</c> would have them, changed by a delegate.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="requestPath">Empty, or a path such as <c>/files</c>.</param>
    /// <param name="section">A section with the keys of a mount; null for none.</param>
    /// <param name="configure">Changes the options after configuration was bound. <c>RequestPath</c> has no effect.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong, for example the root directory does not exist.</exception>
    public static IApplicationBuilder UseAeronetStaticFiles(
        this IApplicationBuilder app, string requestPath, IConfigurationSection? section, Action<AeronetStaticFileOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(requestPath);
        ArgumentNullException.ThrowIfNull(configure);
        return Use(app, StaticFileMount.FromSection(app.ApplicationServices, section, options =>
        {
            configure(options);
            options.RequestPath = requestPath;
        }));
    }

    /// <summary>Serves files with exactly these options; configuration is not looked at.</summary>
    /// <param name="app">The application.</param>
    /// <param name="options">The options. Read now; later changes have no effect.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong, for example the root directory does not exist.</exception>
    public static IApplicationBuilder UseAeronetStaticFiles(this IApplicationBuilder app, AeronetStaticFileOptions options)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(options);
        return Use(app, new StaticFileMount(app.ApplicationServices, options, AeronetStaticFileOptions.SectionName));
    }

    private static IApplicationBuilder Use(IApplicationBuilder app, StaticFileMount mount)
    {
        var createMiddleware = mount.Open();
        return mount.HasFallback
            ? app.Use(new AeronetStaticFilesWithFallback(createMiddleware).Create)
            : app.Use(next => createMiddleware(next).InvokeAsync);
    }
}
