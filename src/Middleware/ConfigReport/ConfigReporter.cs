using System.Globalization;
using Aeronet.AspNetCore.Middleware.Configuration;
using Aeronet.AspNetCore.Middleware.Cors;
using Aeronet.AspNetCore.Middleware.Hosting;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.ConfigReport;

/// <summary>Finds every setting in force and where it came from.</summary>
internal sealed class ConfigReporter
{
    private const string Default = "default";
    private const string Code = "code";

    private readonly IServiceProvider _services;
    private readonly IConfiguration _configuration;
    private readonly ConfigOrigins _origins;
    private readonly List<ConfigRow> _rows = [];

    private ConfigReporter(IServiceProvider services)
    {
        _services = services;
        _configuration = services.GetRequiredService<IConfiguration>();
        _origins = new ConfigOrigins(_configuration);
    }

    /// <summary>Reads the settings as they are now.</summary>
    /// <param name="services">The application's.</param>
    /// <exception cref="OptionsValidationException">A setting is wrong.</exception>
    public static IReadOnlyList<ConfigRow> Read(IServiceProvider services)
    {
        var reporter = new ConfigReporter(services);
        reporter.AddAsWritten("Urls");
        reporter.AddAsWritten("AllowedHosts");
        reporter.AddAsWritten("Kestrel");
        reporter.AddOptions<AeronetTransportOptions>(AeronetTransportOptions.SectionName);
        reporter.AddOptions<AeronetConnectionLimitOptions>(AeronetConnectionLimitOptions.SectionName);
        reporter.AddProxyProtocol();
        reporter.AddTls();
        reporter.AddPipeline();
        reporter.AddOptions<AeronetAccessLogOptions>(AeronetAccessLogOptions.SectionName);
        reporter.AddOptions<AeronetHttpsRedirectOptions>(AeronetHttpsRedirectOptions.SectionName);
        reporter.AddOptions(AeronetCorsOptions.SectionName, services.GetRequiredService<CorsPolicyStore>().Options);
        reporter.AddRoutes();
        reporter.AddStaticFiles();
        reporter.AddOptions<AeronetTlsMetricsOptions>(AeronetTlsMetricsOptions.SectionName);
        reporter.AddOptions<AeronetDashboardOptions>(AeronetDashboardOptions.SectionName);
        reporter.AddOptions<AeronetHealthOptions>(AeronetHealthOptions.SectionName);
        reporter.AddOptions<AeronetParserDiagnosticsOptions>(AeronetParserDiagnosticsOptions.SectionName);
        return reporter._rows;
    }

    // Options are read from configuration by classes of ours, and then changed by what the application registered.
    private void AddOptions<T>(string section, T? current = null)
        where T : class, new()
    {
        var configured = new T();
        foreach (var setup in _services.GetServices<IConfigureOptions<T>>().Where(IsOurs))
        {
            setup.Configure(configured);
        }

        Add(section, configured, current ?? _services.GetRequiredService<IOptions<T>>().Value);
    }

    // An endpoint takes from the section what it leaves out.
    private void AddProxyProtocol()
    {
        const string Section = AeronetProxyProtocolOptions.SectionName;
        AddOptions<AeronetProxyProtocolOptions>(Section);
        foreach (var (name, endpoint) in _services.GetRequiredService<IOptions<AeronetProxyProtocolOptions>>().Value.Endpoints)
        {
            Add(ConfigurationPath.Combine(Section, nameof(AeronetProxyProtocolOptions.Endpoints), name), endpoint, endpoint, Section);
        }
    }

    // What is not set depends on the sections that there are.
    private void AddPipeline()
    {
        var first = _rows.Count;
        AddOptions<AeronetPipelineOptions>(AeronetPipelineOptions.SectionName);
        for (var i = first; i < _rows.Count; i++)
        {
            var section = ConfigurationPath.GetSectionKey(_rows[i].Key)!;
            _rows[i] = _rows[i].Value is not null ? _rows[i]
                : _rows[i] with { Value = AeronetSections.Has(_configuration, section) ? "true" : "false" };
        }
    }

    // The endpoints' options hold certificates, not the settings that name them, and code may change each endpoint's.
    private void AddTls()
    {
        var section = _configuration.GetSection(AeronetTlsOptions.SectionName);
        var defaults = new AeronetTlsOptions();
        AddDefault(nameof(defaults.Ktls), defaults.Ktls.ToString());
        AddDefault(nameof(defaults.HandshakeTimeout), OptionValues.Text(defaults.HandshakeTimeout));
        AddDefault(nameof(defaults.RefuseUnknownHosts), "false");
        AddDefault(nameof(defaults.AllowExpiredCertificates), "false");
        AddDefault(nameof(defaults.Fingerprints), "false");
        AddDefault(ConfigurationPath.Combine(nameof(defaults.Admission), nameof(defaults.Admission.MaxConcurrentHandshakes)), defaults.Admission.MaxConcurrentHandshakes.ToString(CultureInfo.InvariantCulture));
        AddDefault(ConfigurationPath.Combine(nameof(defaults.Admission), nameof(defaults.Admission.OnExceeded)), defaults.Admission.OnExceeded.ToString());
        AddDefault(ConfigurationPath.Combine(nameof(defaults.Admission), nameof(defaults.Admission.WaitTimeout)), OptionValues.Text(defaults.Admission.WaitTimeout));
        AddDefault(ConfigurationPath.Combine(nameof(defaults.Admission), nameof(defaults.Admission.MaxWaiting)), defaults.Admission.MaxWaiting.ToString(CultureInfo.InvariantCulture));
        AddDefault(nameof(defaults.ReloadCertificates), "true");
        AddDefault(nameof(defaults.ReloadInterval), OptionValues.Text(defaults.ReloadInterval));
        AddAsWritten(section.Path);

        void AddDefault(string key, string value)
        {
            if (!section.GetSection(key).Exists())
            {
                _rows.Add(new ConfigRow(ConfigurationPath.Combine(section.Path, key), value, Default));
            }
        }
    }

    private void AddRoutes()
    {
        var failures = new OptionFailures();
        foreach (var route in AeronetRouteApplicationBuilderExtensions.ReadAll(_configuration, failures))
        {
            Add(route.Section!.Path, route, route);
            if (route.HasFiles)
            {
                AddFilesOf(route);
            }
        }

        failures.ThrowIfAny(typeof(AeronetRouteOptions));
    }

    // Root and path stand in the route's own rows.
    private void AddFilesOf(AeronetRouteOptions route)
    {
        var section = route.StaticFilesSection!;
        var configured = AeronetStaticFileOptions.FromConfiguration(_configuration, section);
        var effective = AeronetStaticFileOptions.FromConfiguration(_configuration, section);
        ConfigureFiles(effective);
        Add(section.Path, configured, effective, AeronetStaticFileOptions.SectionName);
        _rows.RemoveAll(row => row.Key == ConfigurationPath.Combine(section.Path, nameof(configured.RequestPath))
            || (route.StaticRoot is not null && row.Key == ConfigurationPath.Combine(section.Path, nameof(configured.Root))));
    }

    private void ConfigureFiles(AeronetStaticFileOptions options)
    {
        foreach (var setup in _services.GetServices<IConfigureOptions<AeronetStaticFileOptions>>())
        {
            setup.Configure(options);
        }
    }

    private void AddStaticFiles()
    {
        var configured = AeronetStaticFileOptions.FromConfiguration(_configuration);
        var effective = AeronetStaticFileOptions.FromConfiguration(_configuration);
        var mounts = _configuration.GetSection(AeronetStaticFileOptions.SectionName).GetSection("Mounts");
        var isList = ConfigurationList.ItemsOf(_configuration, mounts) is { Count: > 0 };
        for (var i = 0; i < effective.Count; i++)
        {
            ConfigureFiles(effective[i]);
            var section = isList ? $"{AeronetStaticFileOptions.SectionName}:Mounts:{i}" : AeronetStaticFileOptions.SectionName;
            Add(section, configured[i], effective[i], AeronetStaticFileOptions.SectionName);
        }
    }

    private void Add(string section, object configured, object effective, string? parentSection = null)
    {
        var byConfiguration = OptionValues.Of(configured, section).ToDictionary();
        foreach (var (key, value) in OptionValues.Of(effective, section))
        {
            var origins = _origins.Find(key);
            if (origins.Count == 0 && parentSection is not null)
            {
                // A mount takes from the section what it leaves out.
                origins = _origins.Find(parentSection + key[section.Length..]);
            }

            var isOfCode = !byConfiguration.TryGetValue(key, out var written) || written != value;
            AddRow(key, value, isOfCode ? [new ConfigOrigin(Code)] : origins);
        }
    }

    private void AddAsWritten(string key)
    {
        var section = _configuration.GetSection(key);
        if (section.Value is { } value)
        {
            // JSON's true arrives as True.
            AddRow(section.Path, bool.TryParse(value, out var flag) ? OptionValues.Text(flag) : value, _origins.Find(section.Path));
        }

        foreach (var child in section.GetChildren())
        {
            AddAsWritten(child.Path);
        }
    }

    private void AddRow(string key, string? value, IReadOnlyList<ConfigOrigin> origins) => _rows.Add(new ConfigRow(
        key,
        Secrets.Redact(key, value, origins.Any(origin => origin.IsSecretStore)),
        origins.Count == 0 ? Default : string.Join(", ", origins.Select(origin => origin.Name))));

    private static bool IsOurs<T>(IConfigureOptions<T> setup)
        where T : class => setup.GetType().Assembly.GetName().Name?.StartsWith("Aeronet.AspNetCore.", StringComparison.Ordinal) == true
        && setup.GetType().Namespace?.StartsWith("Aeronet.AspNetCore.", StringComparison.Ordinal) == true;
}
