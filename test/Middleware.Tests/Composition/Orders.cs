using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.Middleware.Tests.Composition;

/// <summary>The orders that docs/pipeline.md allows.</summary>
internal static class Orders
{
    private const string Ours =
        "UseAeronetAccessLog UseAeronetTlsMetrics UseAeronetHttpsRedirect UseAeronetCors UseAeronetHooks MapAeronet UseAeronetStaticFiles ";

    /// <summary>Each one as the methods that are called.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "UseExceptionHandler UseForwardedHeaders UseAeronet UseAeronetHooks UseAuthentication UseAuthorization UseRateLimiter UseOutputCache UseResponseCompression",
        "UseExceptionHandler " + Ours + "UseAuthentication UseAuthorization UseRateLimiter UseOutputCache UseResponseCompression",
        "UseAeronetAccessLog UseExceptionHandler UseAeronetHttpsRedirect UseRouting UseAeronetCors UseAeronetHooks MapAeronet UseAeronetStaticFiles "
            + "UseRateLimiter UseAuthentication UseAuthorization UseOutputCache UseResponseCompression",
        Ours + "UseAuthentication UseAuthorization UseRateLimiter UseResponseCompression UseOutputCache",
        "UseAeronetAccessLog UseAeronetHttpsRedirect UseAeronetCors UseAuthentication UseAuthorization UseAeronetStaticFiles MapAeronet UseAeronetHooks "
            + "UseRateLimiter UseOutputCache UseResponseCompression",
        "UseAeronetAccessLog UseAeronetHttpsRedirect UseRouting UseAeronetCors UseAeronetHooks MapAeronet UseAeronetStaticFiles "
            + "UseAuthentication UseAuthorization UseRateLimiter UseOutputCache UseResponseCompression UseEndpoints",
    ];

    /// <summary>Calls a method of an order.</summary>
    public static void Use(WebApplication app, string method) => _ = method switch
    {
        "MapAeronet" => app.MapAeronet(),
        "UseAeronet" => app.UseAeronet(),
        "UseAeronetAccessLog" => app.UseAeronetAccessLog(),
        "UseAeronetCors" => app.UseAeronetCors(),
        "UseAeronetHooks" => app.UseAeronetHooks(hooks => hooks.OnResponse("mark", context =>
        {
            context.Response.Headers["X-Hook"] = "ran";
            return default;
        })),
        "UseAeronetHttpsRedirect" => app.UseAeronetHttpsRedirect(),
        "UseAeronetTlsMetrics" => app.UseAeronetTlsMetrics(),
        "UseAeronetStaticFiles" => app.UseAeronetStaticFiles(),
        "UseAuthentication" => app.UseAuthentication(),
        "UseAuthorization" => app.UseAuthorization(),
        "UseEndpoints" => app.UseEndpoints(_ => { }),
        "UseExceptionHandler" => app.UseExceptionHandler(),
        "UseForwardedHeaders" => app.UseForwardedHeaders(),
        "UseOutputCache" => app.UseOutputCache(),
        "UseRateLimiter" => app.UseRateLimiter(),
        "UseResponseCompression" => app.UseResponseCompression(),
        "UseRouting" => app.UseRouting(),
        _ => throw new ArgumentException(method),
    };
}
