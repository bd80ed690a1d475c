using System.Diagnostics;
using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.Hooks;

public sealed class HookTests
{
    private static readonly ValueTask<AeronetHookResult> Continue = new(AeronetHookResult.Continue);

    [Theory]
    [EachServer]
    public async Task Get_GlobalGroupAndRoute_InDocumentedOrder(ServerKind server)
    {
        await using var site = await StartAsync(server, app =>
        {
            app.UseAeronetHooks(h => Both(Both(h, "global1"), "global2"));
            var group = Both(app.MapGroup("/group"), "group");
            var inner = Both(group.MapGroup("/inner"), "inner");
            Both(Both(inner.MapGet("/{id:int}", (int id, HttpContext context) => Say(context, $"handler{id}")), "route1"), "route2");
        });

        using var response = await site.GetAsync("/group/inner/7");

        Assert.Equal(
            "+global1 +global2 +group +inner +route1 +route2 handler7 -route2 -route1 -inner -group -global2 -global1",
            string.Join(' ', response.Headers.GetValues("X-Order").SelectMany(v => v.Split(", "))));
        Assert.Equal("said", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [EachServer]
    public async Task Post_RouteHookShortCircuits_BeforeBinding(ServerKind server)
    {
        await using var site = await StartAsync(server, app =>
        {
            app.UseAeronetHooks(h => h.OnResponse("outer", context =>
            {
                context.Response.Headers["X-Outer"] = "ran";
                return default;
            }));
            app.MapGet("/{id:int}", (int id, DateTime when) => "handler").AddAeronetRequestHook("stop", async context =>
            {
                context.Response.StatusCode = 429;
                await context.Response.WriteAsync("slow down");
                return AeronetHookResult.ShortCircuit;
            });
        });

        // The missing argument would be a 400.
        using var response = await site.GetAsync("/7");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("slow down", await response.Content.ReadAsStringAsync());
        Assert.Equal("ran", Assert.Single(response.Headers.GetValues("X-Outer")));
        Assert.Equal(1, site.Host.Metrics.Total("aeronet.hook.short_circuits", ("aeronet.hook.name", "stop")));
    }

    [Theory]
    [EachServer]
    public async Task Get_RequestHookThrows_500AndNoFurther(ServerKind server)
    {
        var handled = false;
        await using var site = await StartAsync(server, app =>
        {
            app.UseAeronetHooks(h => h.OnRequest("guard", context =>
            {
                context.Response.Headers["X-Half"] = "done";
                throw new InvalidOperationException("on purpose");
            }));
            app.MapGet("/", () => handled = true);
        });

        using var response = await site.GetAsync("/");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.False(response.Headers.Contains("X-Half"));
        Assert.False(handled);
        var entry = Assert.Single(site.Host.Logs.From("Aeronet.AspNetCore.Middleware.Hooks", LogLevel.Warning));
        Assert.Equal("on purpose", entry.Exception?.Message);
        Assert.Contains("guard", entry.Message);
    }

    [Theory]
    [EachServer]
    public async Task Get_ResponseHookThrows_OthersRunAndResponseIsSent(ServerKind server)
    {
        await using var site = await StartAsync(server, app =>
        {
            app.UseAeronetHooks(h => h
                .OnResponse("first", context =>
                {
                    context.Response.Headers["X-First"] = "ran";
                    return default;
                })
                .OnResponse("broken", async context =>
                {
                    await Task.Yield();
                    throw new InvalidOperationException("on purpose");
                }));
            app.MapGet("/", () => "fine");
        });

        using var response = await site.GetAsync("/");

        Assert.Equal("fine", await response.Content.ReadAsStringAsync());
        Assert.Equal("ran", Assert.Single(response.Headers.GetValues("X-First")));
        Assert.Contains("broken", Assert.Single(site.Host.Logs.From("Aeronet.AspNetCore.Middleware.Hooks", LogLevel.Warning)).Message);
    }

    [Fact]
    public async Task Get_Stream_ResponseHookRunsAtItsBeginning()
    {
        var more = new TaskCompletionSource();
        await using var site = await StartAsync(ServerKind.Aeronet, app => app.MapGet("/", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await more.Task;
            await context.Response.WriteAsync("second");
        }).AddAeronetResponseHook("stamp", context =>
        {
            context.Response.Headers["X-Stamp"] = "early";
            context.Response.StatusCode = 202;
            return default;
        }));
        using var client = await site.Host.ConnectAsync();

        await client.SendGetAsync();
        var head = await client.ReadResponseHeadAsync();
        Assert.Equal((202, "early"), (head.StatusCode, head["X-Stamp"]));
        Assert.Equal("first"u8.ToArray(), await client.ReadChunkAsync());
        more.SetResult();
        Assert.Equal("second"u8.ToArray(), await client.ReadChunkAsync());
    }

    [Fact]
    public async Task Get_Hooks_CountedTimedAndTraced()
    {
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Aeronet.Middleware",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem("aeronet.hook.name"), "traced"))
                    lock (activities)
                        activities.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var site = await StartAsync(ServerKind.Aeronet, app =>
        {
            app.UseAeronetHooks(h => h.OnRequest("traced", _ => Continue).OnResponse("traced", _ => default));
            app.MapGet("/", () => "fine");
        });

        using var response = await site.GetAsync("/");

        Assert.Equal(2, site.Host.Metrics.Count("aeronet.hook.duration"));
        Assert.Equal(
            ["hook traced request", "hook traced response"],
            activities.Select(activity => $"{activity.OperationName} {activity.GetTagItem("aeronet.hook.phase")}"));
    }

    [Fact]
    public void OnRequest_NoName_Refused() =>
        Assert.Throws<ArgumentException>(() => new AeronetHookBuilder().OnRequest("", _ => Continue));

    private static Task<TestSite> StartAsync(ServerKind server, Action<WebApplication> app) =>
        TestSite.StartAsync(server, new SiteOptions { App = app, EndsWithServed = false });

    private static AeronetHookBuilder Both(AeronetHookBuilder hooks, string name) =>
        hooks.OnRequest(name, context => Note(context, "+" + name)).OnResponse(name, async context => await Note(context, "-" + name));

    private static T Both<T>(T endpoints, string name)
        where T : IEndpointConventionBuilder =>
        endpoints.AddAeronetRequestHook(name, context => Note(context, "+" + name))
            .AddAeronetResponseHook(name, async context => await Note(context, "-" + name));

    private static ValueTask<AeronetHookResult> Note(HttpContext context, string what)
    {
        context.Response.Headers.Append("X-Order", what);
        return Continue;
    }

    private static string Say(HttpContext context, string what)
    {
        context.Response.Headers.Append("X-Order", what);
        return "said";
    }
}
