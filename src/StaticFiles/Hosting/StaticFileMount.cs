using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Files.Watching;
using Aeronet.AspNetCore.StaticFiles.Listings;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.StaticFiles.Hosting;

/// <summary>One root under one request path: its options, checked, and then its files.</summary>
internal sealed class StaticFileMount
{
    private static readonly TimeSpan RootLookInterval = TimeSpan.FromSeconds(15);

    private readonly IServiceProvider _services;
    private readonly AeronetStaticFileOptions _options;

    /// <summary>Checks the options. Nothing is opened yet.</summary>
    /// <param name="services">The application's.</param>
    /// <param name="options">The options. Read now; later changes have no effect.</param>
    /// <param name="section">Their configuration section, for messages.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public StaticFileMount(IServiceProvider services, AeronetStaticFileOptions options, string section)
    {
        _services = services;
        _options = options;
        var failures = new StaticFileOptionsValidator(services.GetRequiredService<IWebHostEnvironment>(), section).Validate(options);
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AeronetStaticFileOptions), failures);
        }
    }

    /// <summary>Whether it answers for what is not there.</summary>
    public bool HasFallback => !string.IsNullOrEmpty(_options.FallbackDocument);

    /// <summary>The mounts of the configuration section, each changed by a delegate: one, or as many as its list has.</summary>
    /// <exception cref="OptionsValidationException">An option of any of them is wrong.</exception>
    public static IReadOnlyList<StaticFileMount> FromConfiguration(IServiceProvider services, Action<AeronetStaticFileOptions> configure)
    {
        var mounts = services.GetService<IConfiguration>() is { } configuration ? StaticFileOptionsBinder.MountsOf(configuration).ToArray() : [];
        return mounts.Length == 0
            ? [SingleFromConfiguration(services, configure)]
            : [.. mounts.Select(mount => FromSection(services, mount, configure))];
    }

    /// <summary>One mount with what the configuration section says of every mount, changed by a delegate.</summary>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static StaticFileMount SingleFromConfiguration(IServiceProvider services, Action<AeronetStaticFileOptions> configure)
        => FromSection(services, null, configure);

    /// <summary>
    /// Opens the root, once, and says how to put the middleware for it before another, which a pipeline may do several times. Files
    /// are closed when the application has stopped.
    /// </summary>
    public Func<RequestDelegate, StaticFileMiddleware> Open()
    {
        var logger = _services.GetRequiredService<ILoggerFactory>().CreateLogger("Aeronet.AspNetCore.StaticFiles");
        var root = OpenRoot(logger);

        // A list links to every name, so every name must be found. Those of a provider are text.
        var files = new FileFinder(
            _options.DirectoryIndex.Enabled && root is LinuxFileRoot or PortableFileRoot or LayeredFileRoot ? new ByteNameRoot(root) : root, _options, logger, CreateWatcher(root, logger));
        var contentRoot = _services.GetRequiredService<IWebHostEnvironment>().ContentRootPath;
        var index = DirectoryIndexHandler.Create(root, _options, files.IsServedType, contentRoot, logger);
        var stopped = _services.GetService<IHostApplicationLifetime>()?.ApplicationStopped;
        stopped?.Register(files.Dispose);
        if ((root as LinuxFileRoot ?? (root as LayeredFileRoot)?.Directory) is { } directory)
        {
            // Requests see to it themselves; without any, an old root would stay open.
            var looking = new Timer(static root => ((LinuxFileRoot)root!).CurrentDirectory(), directory, RootLookInterval, RootLookInterval);
            stopped?.Register(looking.Dispose);
        }

        if (index is not null)
        {
            stopped?.Register(index.Dispose);
        }

        return next => new StaticFileMiddleware(next, files, _options, logger, index);
    }

    /// <summary>One mount with what a section says, on top of what the configuration section says of every mount, changed by a delegate.</summary>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static StaticFileMount FromSection(
        IServiceProvider services, IConfigurationSection? section, Action<AeronetStaticFileOptions> configure)
    {
        var setups = services.GetServices<IConfigureOptions<AeronetStaticFileOptions>>();
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            setups = setups.Prepend(new StaticFileOptionsBinder(configuration, section));
        }

        // Not IOptions: it would know configuration only if services had been registered, and has one instance for all mounts.
        var factory = new OptionsFactory<AeronetStaticFileOptions>(
            setups,
            services.GetServices<IPostConfigureOptions<AeronetStaticFileOptions>>(),
            services.GetServices<IValidateOptions<AeronetStaticFileOptions>>());
        var options = factory.Create(Options.DefaultName);
        configure(options);
        return new StaticFileMount(services, options, section?.Path ?? AeronetStaticFileOptions.SectionName);
    }

    private DirectoryWatcher? CreateWatcher(IFileRoot root, ILogger logger)
        => root is LinuxFileRoot directory
            && _options is { WatchDirectories: true, OpenFileCacheSize: > 0 }
            && _options.OpenFileCacheMaxAge > TimeSpan.Zero
            ? new DirectoryWatcher(directory, logger, new WatchMetrics(_services.GetService<IMeterFactory>()))
            : null;

    private IFileRoot OpenRoot(ILogger logger)
    {
        if (_options.FileProvider is { } provider)
        {
            var files = new ProviderFileRoot(provider);
            StaticFilesLog.Serving(logger, provider.GetType().Name, _options.RequestPath, files.Strategy);
            return files;
        }

        var environment = _services.GetRequiredService<IWebHostEnvironment>();
        if (StaticFileOptionsValidator.FullRoot(_options, environment) is { } path)
        {
            return OpenDirectory(path, logger);
        }

        var webRoot = WebRoot.Open(environment, directory => OpenDirectory(directory, logger));
        StaticFilesLog.Serving(logger, environment.WebRootFileProvider.GetType().Name, _options.RequestPath, webRoot.Strategy);
        return webRoot;
    }

    private IFileRoot OpenDirectory(string path, ILogger logger)
    {
        IFileRoot? root = LinuxFileRoot.TryOpen(path, _options.Symlinks);
        if (root is null)
        {
            StaticFilesLog.ServingByFullPath(logger, path);
            root = new PortableFileRoot(path, _options.Symlinks);
        }

        StaticFilesLog.Serving(logger, path, _options.RequestPath, root.Strategy);
        return root;
    }
}
