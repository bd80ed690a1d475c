using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Hooks;

/// <summary>Runs a set of hooks around what follows. One exception does not get further than its hook.</summary>
internal sealed class HookRunner
{
    private readonly HookSet _hooks;
    private readonly HookTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly Func<object, Task> _onStarting;

    public HookRunner(HookSet hooks, IServiceProvider services)
    {
        _hooks = hooks;
        _telemetry = new HookTelemetry(services.GetService<IMeterFactory>());
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(HookLog.Category);
        _onStarting = RespondAsync;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (_hooks.ResponseHooks.Length > 0)
        {
            context.Response.OnStarting(_onStarting, context);
        }

        return _hooks.RequestHooks.Length > 0 ? RequestAsync(context, next) : next(context);
    }

    private async Task RequestAsync(HttpContext context, RequestDelegate next)
    {
        foreach (var hook in _hooks.RequestHooks)
        {
            if (!await TryContinueAsync(context, hook).ConfigureAwait(false))
            {
                return;
            }
        }

        await next(context).ConfigureAwait(false);
    }

    private async ValueTask<bool> TryContinueAsync(HttpContext context, RequestHook hook)
    {
        var start = Stopwatch.GetTimestamp();
        var activity = HookTelemetry.Start(hook.Name, HookTelemetry.Request);
        try
        {
            var result = await hook.Run(context).ConfigureAwait(false);
            _telemetry.Ran(hook.Name, HookTelemetry.Request, start, null, activity);
            if (result == AeronetHookResult.Continue)
            {
                return true;
            }

            _telemetry.ShortCircuited(hook.Name);
            HookLog.ShortCircuited(_logger, hook.Name);
        }
#pragma warning disable CA1031 // A hook is somebody else's code. What it guarded must not run: 500, and no further.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _telemetry.Ran(hook.Name, HookTelemetry.Request, start, e, activity);
            if (e is not OperationCanceledException || !context.RequestAborted.IsCancellationRequested)
            {
                HookLog.RequestHookFailed(_logger, hook.Name, e);
            }

            Fail(context);
        }

        return false;
    }

    // A response that has started cannot be taken back; half of one must not look whole.
    private static void Fail(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }

    private async Task RespondAsync(object state)
    {
        var context = (HttpContext)state;
        for (var i = _hooks.ResponseHooks.Length - 1; i >= 0; i--)
        {
            var hook = _hooks.ResponseHooks[i];
            var start = Stopwatch.GetTimestamp();
            var activity = HookTelemetry.Start(hook.Name, HookTelemetry.Response);
            try
            {
                await hook.Run(context).ConfigureAwait(false);
                _telemetry.Ran(hook.Name, HookTelemetry.Response, start, null, activity);
            }
#pragma warning disable CA1031 // A hook is somebody else's code, and the response is not.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _telemetry.Ran(hook.Name, HookTelemetry.Response, start, e, activity);
                HookLog.ResponseHookFailed(_logger, hook.Name, e);
            }
        }
    }
}
