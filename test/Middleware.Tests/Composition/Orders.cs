using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.Middleware.Tests.Composition;

/// <summary>The orders that docs/pipeline.md allows.</summary>
internal static class Orders
{
    private const string First = "UseAeronetAccessLog UseAeronetTlsMetrics UseAeronetHttpsRedirect ";
    private const string Files = "UseAeronetHooks UseAeronetRoutes UseAeronetStaticFiles ";
    private const string Users = "UseAuthentication UseAuthorization ";

    /// <summary>Each one as the methods that are called.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "UseExceptionHandler UseForwardedHeaders UseAeronet UseAeronetHooks " + Users + "UseRateLimiter UseOutputCache UseResponseCompression",
        "UseExceptionHandler " + First + "UseAeronetCors " + Files + Users + "UseRateLimiter UseOutputCache UseResponseCompression",
        "UseAeronetAccessLog UseExceptionHandler UseAeronetTlsMetrics UseAeronetHttpsRedirect UseRouting UseAeronetCors " + Files
            + "UseRateLimiter " + Users + "UseOutputCache UseResponseCompression",
        First + "UseAeronetCors " + Files + Users + "UseRateLimiter UseResponseCompression UseOutputCache",
        First + "UseAeronetCors " + Users + Files + "UseRateLimiter UseOutputCache UseResponseCompression",
        First + "UseRouting UseAeronetCors " + Files + Users + "UseRateLimiter UseOutputCache UseResponseCompression UseEndpoints",
    ];

    /// <summary>Calls a method of an order.</summary>
    public static void Use(WebApplication app, string method) => _ = method switch
    {
        "UseAeronetRoutes" => app.UseAeronetRoutes(),
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
