using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Hosting;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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
    /// again for another mount.
    /// </remarks>
    /// <exception cref="OptionsValidationException">An option is wrong, for example the root directory does not exist.</exception>
    public static IApplicationBuilder UseAeronetStaticFiles(this IApplicationBuilder app) => app.UseAeronetStaticFiles(static _ => { });

    /// <summary>Serves files with the options of the configuration section <c>Aeronet:StaticFiles</c>, changed by a delegate.</summary>
    /// <param name="app">The application.</param>
    /// <param name="configure">Changes the options after configuration was bound.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong, for example the root directory does not exist.</exception>
    public static IApplicationBuilder UseAeronetStaticFiles(this IApplicationBuilder app, Action<AeronetStaticFileOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(configure);
        var services = app.ApplicationServices;
        var setups = services.GetServices<IConfigureOptions<AeronetStaticFileOptions>>();
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            setups = setups.Prepend(new StaticFileOptionsBinder(configuration));
        }

        // Not IOptions: it would know configuration only if services had been registered, and has one instance for all mounts.
        var factory = new OptionsFactory<AeronetStaticFileOptions>(
            setups,
            services.GetServices<IPostConfigureOptions<AeronetStaticFileOptions>>(),
            services.GetServices<IValidateOptions<AeronetStaticFileOptions>>());
        var options = factory.Create(Options.DefaultName);
        configure(options);
        return app.UseAeronetStaticFiles(options);
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
        ArgumentNullException.ThrowIfNull(requestPath);
        ArgumentException.ThrowIfNullOrEmpty(root);
        return app.UseAeronetStaticFiles(options => (options.RequestPath, options.Root) = (requestPath, root));
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
        var services = app.ApplicationServices;
        var environment = services.GetRequiredService<IWebHostEnvironment>();
        if (new StaticFileOptionsValidator(environment).Validate(Options.DefaultName, options) is { Failed: true, Failures: var failures })
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AeronetStaticFileOptions), failures);
        }

        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Aeronet.AspNetCore.StaticFiles");
        var root = OpenRoot(StaticFileOptionsValidator.FullRoot(options, environment)!, options, logger);

        // A list links to every name, so every name must be found.
        var files = new FileFinder(options.DirectoryIndex.Enabled ? new ByteNameRoot(root) : root, options, logger);
        var index = DirectoryIndexHandler.Create(root, options, files.IsServedType, environment.ContentRootPath, logger);
        var stopped = services.GetService<IHostApplicationLifetime>()?.ApplicationStopped;
        stopped?.Register(files.Dispose);
        if (index is not null)
        {
            stopped?.Register(index.Dispose);
        }

        return app.Use(next => new StaticFileMiddleware(next, files, options, logger, index).InvokeAsync);
    }

    private static IFileRoot OpenRoot(string path, AeronetStaticFileOptions options, ILogger logger)
    {
        IFileRoot? root = LinuxFileRoot.TryOpen(path, options.Symlinks);
        if (root is null)
        {
            StaticFilesLog.ServingByFullPath(logger, path);
            root = new PortableFileRoot(path, options.Symlinks);
        }

        StaticFilesLog.Serving(logger, path, options.RequestPath, root.Strategy);
        return root;
    }
}
