using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>
/// The policies in force. A change of configuration that is wrong is logged and leaves them alone; the framework's own monitor of
/// options would throw on the thread that watches the file.
/// </summary>
internal sealed class CorsPolicyStore : IDisposable
{
    private readonly IOptionsFactory<AeronetCorsOptions> _factory;
    private readonly ILogger _logger;
    private readonly bool _isDevelopment;
    private readonly IDisposable? _subscription;
    private readonly HashSet<string> _required = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _reloading = new();
    private readonly List<IApplicationBuilder> _withoutRouting = [];

    private volatile CorsPolicySet _current;
    private volatile bool _explainFailures;

    public CorsPolicyStore(
        IOptionsFactory<AeronetCorsOptions> factory,
        ILoggerFactory loggers,
        IConfiguration? configuration = null,
        IHostEnvironment? environment = null)
    {
        _factory = factory;
        _logger = loggers.CreateLogger(CorsLog.Category);
        _isDevelopment = environment?.IsDevelopment() == true;
        (_current, Options) = Read();
        _subscription = configuration is null ? null : ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    public CorsPolicySet Current => _current;

    /// <summary>What they were made of.</summary>
    public AeronetCorsOptions Options { get; private set; }

    /// <summary>Whether refused preflights say why.</summary>
    public bool ExplainFailures => _explainFailures;

    /// <summary>Whether a pipeline has the middleware.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Whether routing was added to a pipeline behind the middleware, as far as that can be seen.</summary>
    public bool RoutingCameLater { get; private set; }

    /// <summary>Takes note of a pipeline that gets the middleware.</summary>
    public void NoteUse(IApplicationBuilder app)
    {
        IsUsed = true;
        if (!HasRouting(app))
        {
            _withoutRouting.Add(app);
        }
    }

    /// <summary>
    /// To be called when the application has built its pipeline, and the framework has not yet put before it what is missing.
    /// </summary>
    public void NotePipelineBuilt() => RoutingCameLater = _withoutRouting.Any(HasRouting);

    /// <summary>Names a policy that the application uses, or the default one: it has to exist, now and after every change.</summary>
    public void Require(string? name, string user)
    {
        lock (_reloading)
        {
            _required.Add(name ?? CorsPolicySet.DefaultName);
            if (_current.Find(name) is null)
            {
                throw Unknown(name, user);
            }
        }
    }

    public void Dispose() => _subscription?.Dispose();

    // What UseRouting leaves behind.
    private static bool HasRouting(IApplicationBuilder app) => app.Properties.ContainsKey("__EndpointRouteBuilder");

    private static AeronetCorsOptionsException Unknown(string? name, string user)
    {
        var isDefault = name is null or CorsPolicySet.DefaultName;
        var key = isDefault ? nameof(AeronetCorsOptions.Default) : $"{nameof(AeronetCorsOptions.Policies)}:{name}";
        return new AeronetCorsOptionsException([new AeronetCorsError(
            AeronetCorsErrorKind.UnknownPolicy, $"{AeronetCorsOptions.SectionName}:{key}", null, $"add this policy, which {user} uses")]);
    }

    private (CorsPolicySet Policies, AeronetCorsOptions Options) Read()
    {
        var options = _factory.Create(Microsoft.Extensions.Options.Options.DefaultName);
        var policies = new CorsPolicySet(options);
        foreach (var name in _required.Where(name => policies.Find(name) is null))
        {
            throw Unknown(name, "the running application");
        }

        _explainFailures = options.ExplainFailures ?? _isDevelopment;
        return (policies, options);
    }

    private void Reload()
    {
        lock (_reloading)
        {
            try
            {
                (_current, Options) = Read();
                CorsLog.Reloaded(_logger);
            }
            catch (OptionsValidationException wrong)
            {
                CorsLog.NotReloaded(_logger, string.Join(' ', wrong.Failures));
            }
        }
    }
}
