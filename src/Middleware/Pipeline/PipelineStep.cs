using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Pipeline;

/// <summary>One of this package's middlewares in a pipeline, under a name that the check of the order finds it by.</summary>
internal sealed class PipelineStep
{
    public const string AccessLog = "UseAeronetAccessLog";
    public const string HttpsRedirect = "UseAeronetHttpsRedirect";
    public const string Cors = "UseAeronetCors";
    public const string Hooks = "UseAeronetHooks";
    public const string Routes = "UseAeronetRoutes";
    public const string StaticFiles = "UseAeronetStaticFiles";
    public const string TlsMetrics = "UseAeronetTlsMetrics";
    public const string Dashboard = "MapAeronetDashboard";

    /// <summary>The method that puts all of them there.</summary>
    public const string All = "UseAeronet";

    private readonly IApplicationBuilder _app;
    private readonly Func<RequestDelegate, RequestDelegate> _create;

    private PipelineStep(IApplicationBuilder app, string name, Func<RequestDelegate, RequestDelegate> create) =>
        (_app, Name, _create) = (app, name, create);

    /// <summary>The method that puts it there.</summary>
    public string Name { get; }

    /// <summary>Puts a middleware into a pipeline.</summary>
    public static IApplicationBuilder Use(IApplicationBuilder app, string name, Func<RequestDelegate, RequestDelegate> create)
    {
        TryClaim(app, name, name);
        PipelineUse.Note(app, name);
        return app.Use(new PipelineStep(app, name, create).Create);
    }

    /// <summary>
    /// Takes note that a pipeline has a middleware, and of the method that was called for it; false if it had it already.
    /// </summary>
    public static bool TryClaim(IApplicationBuilder app, string name, string method) => app.Properties.TryAdd(KeyOf(name), method);

    /// <summary>The method that the application calls for it.</summary>
    public static string CalledBy(IApplicationBuilder app, string name) => app.Properties.TryGetValue(KeyOf(name), out var method)
        ? (string)method!
        : name;

    private static string KeyOf(string name) => "Aeronet." + name;

    // Called last to first, when the whole pipeline is known and no server listens yet.
    private RequestDelegate Create(RequestDelegate next)
    {
        PipelineCheck.RunOnce(_app);
        return _create(next);
    }
}
