using Aeronet.AspNetCore.Middleware.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>Answers preflights, and puts a policy's fields on all other responses when they start.</summary>
/// <param name="next">What follows.</param>
/// <param name="store">The policies.</param>
/// <param name="policyName">The policy of what names none; null for the default one.</param>
/// <param name="prefixes">Paths that have another instead.</param>
/// <param name="isForPrefix">Whether it stands in the branch of one of those.</param>
/// <param name="logger">The log.</param>
internal sealed class CorsMiddleware(
    RequestDelegate next, CorsPolicyStore store, string? policyName, CorsPrefixes? prefixes, bool isForPrefix, ILogger logger)
{
    // When the response starts, so that nothing later takes the fields away again: not an error page, which clears them, nor a
    // handler that sets Vary.
    private static readonly Func<object, Task> ApplyPolicy = state =>
    {
        var context = (HttpContext)state;
        context.Features.Get<CorsDecision>()?.Policy?.Apply(context);
        return Task.CompletedTask;
    };

    public Task InvokeAsync(HttpContext context)
    {
        var decision = Decide(context);
        if (decision == CorsDecision.Open)
        {
            RememberOpen(context);
            return next(context);
        }

        // Not a closure over context and policy, which would be made for every request: the server keeps its list of features. An
        // endpoint without CORS turns off a middleware that came before this one, too.
        context.Features.Set(decision);
        if (IsPreflight(context.Request))
        {
            Answer(context, decision.Policy);
            return Task.CompletedTask;
        }

        // Twice where it is repeated for an error page, which comes to the same.
        if (decision.Policy is not null)
        {
            context.Response.OnStarting(ApplyPolicy, context);
        }

        return next(context);
    }

    // For the error page, whose path may lead by a middleware that has a policy. Not in place of what another has decided before.
    private static void RememberOpen(HttpContext context)
    {
        if (context.Features.Get<CorsDecision>() is null)
        {
            context.Features.Set(CorsDecision.Open);
        }
    }

    // An error page is shown to whom the request that it is made for is: the page's own policy would let others in.
    private CorsDecision Decide(HttpContext context)
    {
        if (!Reexecution.TryGetFirst(context, out var path, out var endpoint))
        {
            return Decide(context.GetEndpoint(), context.Request.Path);
        }

        // What came to the branch of a prefix for its page alone has no more to do with that prefix than on its first way.
        return context.Features.Get<CorsDecision>()
            ?? (isForPrefix && prefixes?.Find(path) is null ? CorsDecision.Open : Decide(endpoint, path));
    }

    private CorsDecision Decide(Endpoint? endpoint, PathString path)
    {
        var policies = store.Current;
        if (endpoint?.Metadata.GetMetadata<IAeronetCorsMetadata>() is { } metadata)
        {
            return (metadata.IsDisabled ? null : policies.Find(metadata.PolicyName))?.Decision ?? CorsDecision.Disabled;
        }

        return policies.Find(prefixes?.Find(path) ?? policyName)?.Decision ?? CorsDecision.Open;
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
