using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>Answers preflights, and puts a policy's fields on all other responses when they start.</summary>
internal sealed class CorsMiddleware(RequestDelegate next, CorsPolicyStore store, string? policyName, ILogger logger)
{
    // When the response starts, so that nothing later takes the fields away again: not an error page, which clears them, nor a
    // handler that sets Vary.
    private static readonly Func<object, Task> ApplyPolicy = state =>
    {
        var context = (HttpContext)state;
        context.Features.Get<CorsPolicy>()?.Apply(context);
        return Task.CompletedTask;
    };

    public Task InvokeAsync(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata.GetMetadata<IAeronetCorsMetadata>();
        var policy = metadata?.IsDisabled == true ? null : store.Current.Find(metadata is null ? policyName : metadata.PolicyName);
        if (IsPreflight(context.Request) && (policy is not null || metadata is not null))
        {
            Answer(context, policy);
            return Task.CompletedTask;
        }

        // Not a closure over context and policy, which would be made for every request: the server keeps its list of features. An
        // endpoint without CORS turns off a middleware that came before this one, too.
        if (policy is not null || metadata is not null)
        {
            context.Features.Set(policy);
        }

        if (policy is not null)
        {
            context.Response.OnStarting(ApplyPolicy, context);
        }

        return next(context);
    }

    // Fetch standard, "CORS-preflight request". Other OPTIONS requests are the application's.
    private static bool IsPreflight(HttpRequest request) => HttpMethods.IsOptions(request.Method)
        && request.Headers.Origin.Count > 0
        && request.Headers.AccessControlRequestMethod.Count > 0;

    // Without a policy too: routing selected the endpoint of the method that is asked about, and that must not run.
    private void Answer(HttpContext context, CorsPolicy? policy)
    {
        var result = PreflightResult.Disabled;
        if (policy is null)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        }
        else
        {
            result = policy.ApplyPreflight(context.Request, context.Response);
        }

        if (result == PreflightResult.Allowed)
        {
            CorsLog.PreflightAllowed(logger, policy!.Name);
        }
        else if (store.ExplainFailures || logger.IsEnabled(LogLevel.Debug))
        {
            Explain(context, result, policy?.Name);
        }
    }

    private void Explain(HttpContext context, PreflightResult result, string? policy)
    {
        var explanation = PreflightExplanation.Create(result, policy, context.Request.Headers);
        CorsLog.PreflightRefused(logger, policy, explanation);
        if (store.ExplainFailures)
        {
            context.Response.Headers[PreflightExplanation.FieldName] = explanation;
        }
    }
}
