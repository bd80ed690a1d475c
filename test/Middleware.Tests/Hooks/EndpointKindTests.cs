using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Hooks;

/// <summary>Hooks stand around every kind of endpoint.</summary>
public sealed class EndpointKindTests
{
    [Theory]
    [EachServer("DELETE", "/cors-probe")]
    [EachServer("POST", "/hub/negotiate")]
    [EachServer("GET", "/files/x")]
    public async Task Request_EndpointOfAnyKind_HookAnswers(ServerKind server, string method, string path)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            EndsWithServed = false,
            Builder = builder =>
            {
                builder.Services.AddSignalR();
                builder.Services.AddControllers().ConfigureApplicationPartManager(parts =>
                    parts.ApplicationParts.Add(new AssemblyPart(typeof(EndpointKindTests).Assembly)));
            },
            App = app =>
            {
                Stop(app.MapControllers());
                Stop(app.MapHub<ProbeHub>("/hub"));
                Stop(app.MapAeronetStaticFiles("/files", AppContext.BaseDirectory));
            },
        });

        using var response = await site.SendAsync(new HttpMethod(method), path);

        Assert.Equal((HttpStatusCode)StatusCodes.Status418ImATeapot, response.StatusCode);
    }

    private static void Stop<T>(T endpoints)
        where T : IEndpointConventionBuilder => endpoints.AddAeronetRequestHook("stop", context =>
        {
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return ValueTask.FromResult(AeronetHookResult.ShortCircuit);
        });

    private sealed class ProbeHub : Hub;
}
