using Aeronet.AspNetCore.Middleware.Hooks;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// Collects hooks. Request hooks run in the order they were added in, response hooks in the opposite one, as layers around the
/// application would. Each runs at most once for a request, also where the pipeline is run again for an error page.
/// </summary>
public sealed class AeronetHookBuilder
{
    private readonly List<RequestHook> _requestHooks = [];
    private readonly List<ResponseHook> _responseHooks = [];

    internal HookSet Build() => new([.. _requestHooks], [.. _responseHooks]);

    /// <summary>Adds a hook that runs before what is behind it, and may answer in its place.</summary>
    /// <param name="name">The name in metrics, traces and logs.</param>
    /// <param name="hook">
    /// The hook. If it throws, that is logged, and the request is answered with 500, or the status of a
    /// <see cref="BadHttpRequestException"/>, and goes no further.
    /// </param>
    /// <returns>This.</returns>
    public AeronetHookBuilder OnRequest(string name, Func<HttpContext, ValueTask<AeronetHookResult>> hook)
    {
        _requestHooks.Add(new RequestHook(name, hook));
        return this;
    }

    /// <summary>
    /// Adds a hook that runs just before the response's head is sent, whoever made it, and may change its status and fields. The
    /// body is sent after that, and may be a stream without an end.
    /// </summary>
    /// <param name="name">The name in metrics, traces and logs.</param>
    /// <param name="hook">The hook. If it throws, that is logged, and the response is sent all the same.</param>
    /// <returns>This.</returns>
    public AeronetHookBuilder OnResponse(string name, Func<HttpContext, ValueTask> hook)
    {
        _responseHooks.Add(new ResponseHook(name, hook));
        return this;
    }
}
