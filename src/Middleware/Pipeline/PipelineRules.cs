namespace Aeronet.AspNetCore.Middleware.Pipeline;

/// <summary>The order of docs/pipeline.md, as far as a wrong one does harm.</summary>
internal static class PipelineRules
{
    public const string Authorization = "UseAuthorization";
    public const string FrameworkCors = "UseCors";
    public const string HttpsRedirection = "UseHttpsRedirection";
    public const string Routing = "UseRouting";

    /// <summary>What a mount of static files with a fallback document is in a pipeline.</summary>
    public const string FallbackComponent = StaticFilesComponents + "WithFallback";

    // That package knows nothing of steps.
    private const string StaticFilesComponents = "Microsoft.AspNetCore.Builder.AeronetStaticFiles";

    private const string Authentication = "UseAuthentication";
    private const string Endpoints = "UseEndpoints";
    private const string ForwardedHeaders = "UseForwardedHeaders";
    private const string OutputCache = "UseOutputCache";
    private const string RateLimiter = "UseRateLimiter";
    private const string ResponseCaching = "UseResponseCaching";
    private const string ResponseCompression = "UseResponseCompression";
    private const string FrameworkStaticFiles = "UseStaticFiles";

    // The types by which the methods can be told in a pipeline. Those of ours are known by their own names.
    private static readonly Dictionary<string, string> Methods = new(StringComparer.Ordinal)
    {
        ["Microsoft.AspNetCore.Authentication.AuthenticationMiddleware"] = Authentication,
        ["Microsoft.AspNetCore.Authorization.AuthorizationMiddlewareInternal"] = Authorization,
        ["Microsoft.AspNetCore.Cors.Infrastructure.CorsMiddleware"] = FrameworkCors,
        ["Microsoft.AspNetCore.Routing.EndpointMiddleware"] = Endpoints,
        ["Microsoft.AspNetCore.Routing.EndpointRoutingMiddleware"] = Routing,
        ["Microsoft.AspNetCore.HttpOverrides.ForwardedHeadersMiddleware"] = ForwardedHeaders,
        ["Microsoft.AspNetCore.HttpsPolicy.HttpsRedirectionMiddleware"] = HttpsRedirection,
        ["Microsoft.AspNetCore.OutputCaching.OutputCacheMiddleware"] = OutputCache,
        ["Microsoft.AspNetCore.RateLimiting.RateLimitingMiddleware"] = RateLimiter,
        ["Microsoft.AspNetCore.ResponseCaching.ResponseCachingMiddleware"] = ResponseCaching,
        ["Microsoft.AspNetCore.ResponseCompression.ResponseCompressionMiddleware"] = ResponseCompression,
        ["Microsoft.AspNetCore.StaticFiles.StaticFileMiddleware"] = FrameworkStaticFiles,
    };

    public static IReadOnlyList<PipelineRule> All { get; } =
    [
        new(PipelineStep.AccessLog, true,
            [PipelineStep.HttpsRedirect, HttpsRedirection, PipelineStep.Cors, PipelineStep.StaticFiles, FrameworkStaticFiles,
                Authentication, Authorization, RateLimiter, ResponseCompression, ResponseCaching, OutputCache, Endpoints],
            "what they answer is not in the log, and bytes are counted before they are compressed"),
        new(PipelineStep.TlsMetrics, true,
            [PipelineStep.Cors, PipelineStep.StaticFiles, FrameworkStaticFiles, Authentication, Authorization, RateLimiter, ResponseCaching,
                OutputCache, Endpoints],
            "requests that they answer get no tags"),
        new(PipelineStep.HttpsRedirect, false, [ForwardedHeaders],
            "behind a proxy that ends TLS, requests that came over https are redirected for ever"),
        new(PipelineStep.HttpsRedirect, true,
            [PipelineStep.StaticFiles, FrameworkStaticFiles, Authentication, Authorization, ResponseCaching, OutputCache, Endpoints],
            "what they answer goes over http"),
        new(PipelineStep.Cors, true, [Authentication, Authorization, RateLimiter],
            "preflights, which carry no credentials, are refused"),
        new(PipelineStep.Cors, true, [ResponseCaching, OutputCache],
            "the fields for one origin are kept and given to another"),
        new(PipelineStep.Cors, true, [PipelineStep.StaticFiles, FrameworkStaticFiles, Endpoints],
            "what they answer has no CORS fields"),
        new(PipelineStep.Hooks, true, [Endpoints], "they run for nothing that an endpoint answers"),
        new(PipelineStep.StaticFiles, true, [ResponseCompression, ResponseCaching],
            "files are copied for each request instead of being sent by the kernel; compressed files are served by "
                + "Aeronet:StaticFiles:Precompressed"),
        new(PipelineStep.StaticFiles, true, [Endpoints], "files are never reached"),
    ];

    /// <summary>The method that puts a component into a pipeline.</summary>
    public static string MethodOf(string component)
        => component.StartsWith(StaticFilesComponents, StringComparison.Ordinal) ? PipelineStep.StaticFiles
            : Methods.GetValueOrDefault(component, component);
}
