using System.Net;
using Aeronet.AspNetCore.Middleware.Hooks;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.Hooks;

/// <summary>A hook runs once for a request, also where the pipeline is run again for an error page.</summary>
public sealed class OnceTests
{
    private static readonly ValueTask<AeronetHookResult> Continue = new(AeronetHookResult.Continue);
    private static readonly ValueTask<AeronetHookResult> ShortCircuit = new(AeronetHookResult.ShortCircuit);

    [Theory]
    [EachServer("/group/throws", 500, "+global +group +page page -page -group -global")]
    [EachServer("/group/gone", 410, "+global +group +page page -page -group -global")]
    [EachServer("/missing", 404, "+global +group +page page -page -group -global")]
    [EachServer("/group/refused", 403, "+global +group +refuse +page page -page -refuse -group -global")]
    [EachServer("/group/broken", 500, "+global +group +break +page page -page -group -global")]
    [EachServer("/before", 500, "+global +group +page page -page -group -global")]
    [EachServer("/group/fine", 200, "+global +group fine -group -global")]
    public async Task Get_ErrorPage_EachHookOnce(ServerKind server, string path, int status, string order)
    {
        var ran = new List<string>();
        await using var site = await TestSite.StartAsync(server, new SiteOptions { App = app => Build(app, ran), EndsWithServed = false });

        using var response = await site.GetAsync(path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(order, string.Join(' ', ran));
    }

    [Fact]
    public async Task Get_PipelineThatRunsTheRestTwice_EachHookOnce()
    {
        var ran = new List<string>();
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            EndsWithServed = false,
            App = app =>
            {
                app.Use(async (context, next) =>
                {
                    await next(context);
                    await next(context);
                });
                app.UseAeronetHooks(hooks => Both(hooks, ran, "global"));
                app.Use(async (context, next) =>
                {
                    ran.Add("handler");
                    await next(context);
                });
            },
        });

        using var first = await site.GetAsync("/");
        using var second = await site.GetAsync("/");

        Assert.Equal("+global handler handler -global +global handler handler -global", string.Join(' ', ran));
    }

    [Fact]
    public void Invoke_TwoPlacesAndResponse_AllocatesNothing()
    {
        using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var outer = new HookRunner(new AeronetHookBuilder().OnRequest("a", _ => Continue).OnResponse("a", _ => default).Build(), services);
        var inner = new HookRunner(new AeronetHookBuilder().OnRequest("b", _ => Continue).Build(), services);
        var context = new DefaultHttpContext();
        RequestDelegate end = static _ => Task.CompletedTask;
        RequestDelegate middle = request => inner.InvokeAsync(request, end);
        Invoke(100);

        // The least of some rounds: the runtime allocates once when it compiles better code.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Measure()));

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Invoke(1000);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Invoke(int times)
        {
            for (var i = 0; i < times; i++)
            {
                context.Features.Set<HookTrail>(null);
                Assert.True(outer.InvokeAsync(context, middle).IsCompletedSuccessfully);
            }
        }
    }

    [Theory]
    [EachServer(413)]
    [EachServer(400)]
    [EachServer(408)]
    public async Task Get_HookThrowsBadHttpRequest_ItsStatusAndNoWarning(ServerKind server, int status)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            App = app => app.UseAeronetHooks(hooks => hooks.OnRequest("read", _ => throw new BadHttpRequestException("too much", status))),
        });

        using var response = await site.GetAsync("/");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
        Assert.Empty(site.Host.Logs.From("Aeronet.AspNetCore.Middleware.Hooks", LogLevel.Warning));
        Assert.Contains("read", Assert.Single(site.Host.Logs.From("Aeronet.AspNetCore.Middleware.Hooks", LogLevel.Debug)).Message);
    }

    // By the limit of the server itself, whose answer it would be without a hook.
    [Theory]
    [EachServer]
    public async Task Post_HookReadsBodyBeyondTheLimit_413(ServerKind server)
    {
        Assert.SkipWhen(server == ServerKind.TestServer, "the in-memory server has no such limit");
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            Builder = builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 10),
            App = app => app.UseAeronetHooks(hooks => hooks.OnRequest("read", async context =>
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                return AeronetHookResult.Continue;
            })),
        });

        using var client = site.Host.CreateHttpClient(server == ServerKind.Http2 ? HttpVersion.Version20 : null);
        using var response = await client.PostAsync(new Uri("/", UriKind.Relative), new StringContent("more than ten bytes"));

        Assert.Equal(413, (int)response.StatusCode);
    }

    private static void Build(WebApplication app, List<string> ran)
    {
        app.UseStatusCodePagesWithReExecute("/page");
        app.UseExceptionHandler("/page");
        app.UseRouting();
        app.Use((context, next) => context.Request.Path == "/before" ? throw new InvalidOperationException("before the hooks") : next(context));
        app.UseAeronetHooks(hooks => Both(hooks, ran, "global"));
        var group = Both(app.MapGroup(""), ran, "group");
        Both(group.MapGet("/page", () => Note(ran, "page")), ran, "page");
        group.MapGet("/group/fine", () => Note(ran, "fine"));
        group.MapGet("/group/throws", IResult () => throw new InvalidOperationException("on purpose"));
        group.MapGet("/group/gone", () => Results.StatusCode(410));
        group.MapGet("/group/refused", () => Note(ran, "never"))
            .AddAeronetRequestHook("refuse", context =>
            {
                ran.Add("+refuse");
                context.Response.StatusCode = 403;
                return ShortCircuit;
            })
            .AddAeronetResponseHook("refuse", _ => Ran(ran, "-refuse"));
        group.MapGet("/group/broken", () => Note(ran, "never")).AddAeronetRequestHook("break", _ =>
        {
            ran.Add("+break");
            throw new InvalidOperationException("on purpose");
        });
    }

    private static string Note(List<string> ran, string what)
    {
        ran.Add(what);
        return what;
    }

    private static AeronetHookBuilder Both(AeronetHookBuilder hooks, List<string> ran, string name) =>
        hooks.OnRequest(name, _ => Went(ran, "+" + name)).OnResponse(name, _ => Ran(ran, "-" + name));

    private static T Both<T>(T endpoints, List<string> ran, string name)
        where T : IEndpointConventionBuilder =>
        endpoints.AddAeronetRequestHook(name, _ => Went(ran, "+" + name)).AddAeronetResponseHook(name, _ => Ran(ran, "-" + name));

    private static ValueTask<AeronetHookResult> Went(List<string> ran, string what)
    {
        ran.Add(what);
        return Continue;
    }

    private static ValueTask Ran(List<string> ran, string what)
    {
        ran.Add(what);
        return default;
    }
}
