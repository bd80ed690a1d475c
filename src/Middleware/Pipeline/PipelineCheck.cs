using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Pipeline;

/// <summary>Looks at the order of a pipeline before the server listens, and warns of what is in the wrong place.</summary>
internal sealed class PipelineCheck
{
    private const string DoneKey = "Aeronet.PipelineCheck";

    private readonly IApplicationBuilder _app;
    private readonly List<string> _methods;
    private readonly int _fallback;
    private readonly ILogger _logger;

    private PipelineCheck(IApplicationBuilder app, ILogger logger)
    {
        _app = app;
        List<string> components = [.. PipelineComponents.Of(app)];
        _methods = [.. components.Select(PipelineRules.MethodOf)];
        _fallback = components.IndexOf(PipelineRules.FallbackComponent);
        _logger = logger;
    }

    /// <summary>Has a pipeline looked at when it is built, whatever is in it. Costs requests nothing.</summary>
    public static void Schedule(IApplicationBuilder app) => app.Use(next =>
    {
        RunOnce(app);
        return next;
    });

    /// <summary>Looks at a pipeline to which nothing will be added any more.</summary>
    public static void RunOnce(IApplicationBuilder app)
    {
        // A branch begins with the properties of the pipeline that it leaves.
        if (app.Properties.TryGetValue(DoneKey, out var done) && done == app)
        {
            return;
        }

        app.Properties[DoneKey] = app;
        if (app.ApplicationServices.GetService<ILoggerFactory>()?.CreateLogger(PipelineLog.Category) is { } logger)
        {
            new PipelineCheck(app, logger).Run();
        }
    }

    private void Run()
    {
        foreach (var rule in PipelineRules.All)
        {
            Check(rule);
        }

        CheckFallback();
        CheckTwice(PipelineStep.HttpsRedirect, PipelineRules.HttpsRedirection);
        CheckTwice(PipelineStep.Cors, PipelineRules.FrameworkCors);
        CheckAuthorization(PipelineStep.HttpsRedirect, "it is answered over http", _ => true);
        CheckAuthorization(PipelineStep.Cors, "its preflights, which carry no credentials, are refused", MayHaveCors);
    }

    private void Check(PipelineRule rule)
    {
        var place = _methods.LastIndexOf(rule.Step);
        if (place < 0)
        {
            return;
        }

        var isWrong = (int other) => other >= 0 && (rule.IsBefore ? other < place : other > place);
        var others = rule.Others.Where(other => isWrong(_methods.IndexOf(other))).OrderBy(_methods.IndexOf).ToArray();
        if (others.Length == 0)
        {
            return;
        }

        var (names, method) = (string.Join(", ", others), PipelineStep.CalledBy(_app, rule.Step));
        if (rule.IsBefore)
        {
            PipelineLog.ComesTooLate(_logger, rule.Step, names, rule.Why, method, PipelineStep.CalledBy(_app, others[0]));
        }
        else
        {
            PipelineLog.ComesTooEarly(_logger, rule.Step, names, rule.Why, method, PipelineStep.CalledBy(_app, others[^1]));
        }
    }

    // Other mounts may stand before routing: they answer for what is there alone.
    private void CheckFallback()
    {
        if (_fallback >= 0 && _methods.LastIndexOf(PipelineRules.Routing) > _fallback)
        {
            PipelineLog.ComesTooEarly(
                _logger,
                PipelineStep.StaticFiles,
                PipelineRules.Routing,
                "with its FallbackDocument it answers GET for the paths of endpoints",
                PipelineStep.CalledBy(_app, PipelineStep.StaticFiles),
                PipelineRules.Routing);
        }
    }

    private void CheckTwice(string step, string framework)
    {
        if (_methods.Contains(step) && _methods.Contains(framework))
        {
            PipelineLog.Twice(_logger, step, framework);
        }
    }

    private static bool MayHaveCors(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IAeronetCorsMetadata>()?.IsDisabled != true;

    // WebApplication puts authentication and authorization before all middleware, if they are among the services and nothing has put
    // them anywhere.
    private void CheckAuthorization(string step, string consequence, Func<Endpoint, bool> isConcerned)
    {
        if (_app is not WebApplication app
            || !_methods.Contains(step)
            || _methods.Contains(PipelineRules.Authorization)
            || app.Services.GetService<IServiceProviderIsService>()?.IsService(typeof(IAuthorizationHandlerProvider)) != true)
        {
            return;
        }

        var endpoint = ((IEndpointRouteBuilder)app).DataSources
            .SelectMany(source => source.Endpoints)
            .Where(isConcerned)
            .FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null
                && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null);
        if (endpoint is not null)
        {
            PipelineLog.AuthorizationComesFirst(
                _logger, step, endpoint.DisplayName, consequence, PipelineStep.CalledBy(_app, step));
        }
    }
}
