using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Hooks;

/// <summary>Runs a set of hooks around what follows, once for a request. An exception does not get further than its hook.</summary>
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
        var trail = context.Features.Get<HookTrail>() ?? HookTrail.Start;
        if (trail.UpTo(_hooks) is not null)
        {
            return next(context);
        }

        trail = trail.Then(_hooks);
        context.Features.Set(trail);
        if (trail.ResponseHooks.Length > 0)
        {
            context.Response.OnStarting(_onStarting, context);
        }

        return trail.RequestHooks.Length > 0 ? RequestAsync(context, next, trail.RequestHooks) : next(context);
    }

    private async Task RequestAsync(HttpContext context, RequestDelegate next, RequestHook[] hooks)
    {
        foreach (var hook in hooks)
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
        catch (BadHttpRequestException e)
        {
            // The client's fault, such as a body that is too long: it has a status already, and is none to warn of.
            _telemetry.Ran(hook.Name, HookTelemetry.Request, start, e, activity);
            HookLog.RequestRefused(_logger, hook.Name, e.StatusCode, e);
            Fail(context, e.StatusCode);
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

            Fail(context, StatusCodes.Status500InternalServerError);
        }

        return false;
    }

    // A response that has started cannot be taken back; half of one must not look whole.
    private static void Fail(HttpContext context, int status)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = status;
    }

    private async Task RespondAsync(object state)
    {
        var context = (HttpContext)state;
        var hooks = context.Features.Get<HookTrail>()!.UpTo(_hooks)!.ResponseHooks;
        for (var i = hooks.Length - 1; i >= 0; i--)
        {
            var hook = hooks[i];
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
