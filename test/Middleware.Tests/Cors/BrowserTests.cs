using System.Globalization;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

public sealed class BrowserTests
{
    /// <summary>Two origins of the loopback address, since their ports differ; what a page of one may read of the other.</summary>
    [Fact]
    public async Task Fetch_BetweenOrigins_AsPoliciesSay()
    {
        var chromium = ExternalTool.Find("chromium") ?? ExternalTool.Require("chromium-browser");
        var preflights = 0;
        string? pageOrigin = null;
        await using var api = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            EndsWithServed = false,
            Settings = new Dictionary<string, string?>
            {
                ["Aeronet:Cors:Policies:exact:Origins"] = "http://127.0.0.1:*",
                ["Aeronet:Cors:Policies:exact:Credentials"] = "true",
                ["Aeronet:Cors:Policies:exact:Methods"] = "PUT",
                ["Aeronet:Cors:Policies:exact:RequestHeaders"] = "X-A",
                ["Aeronet:Cors:Policies:exact:ExposedHeaders"] = "X-Exposed",
                ["Aeronet:Cors:Policies:exact:MaxAge"] = "00:10:00",
                ["Aeronet:Cors:Policies:any:Origins"] = "*",
                ["Aeronet:Cors:Policies:other:Origins"] = "https://other.example",
            },
            Builder = builder => builder.Services.AddAeronetCors(),
            App = app =>
            {
                app.Use(next => context =>
                {
                    if (context.Request.Method == "OPTIONS" && context.Request.Path == "/exact")
                        Interlocked.Increment(ref preflights);

                    return next(context);
                });
                app.UseExceptionHandler(error => error.Run(_ => Task.CompletedTask));
                app.UseAeronetCors();
                foreach (var name in new[] { "exact", "any", "other" })
                {
                    app.MapMethods($"/{name}", ["GET", "PUT", "DELETE"], (HttpContext context) =>
                    {
                        context.Response.Headers["X-Exposed"] = "seen";
                        context.Response.Headers["X-Hidden"] = "unseen";
                        return name;
                    }).RequireAeronetCors(name);
                }

                app.MapGet("/error", string () => throw new InvalidOperationException("on purpose")).RequireAeronetCors("exact");
                app.MapGet("/bare", () => "bare");
            },
        });
        await using var page = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            App = app => app.Run(context =>
            {
                context.Response.ContentType = "text/html";
                return context.Response.WriteAsync(Page(api.Host.Port));
            }),
        });
        pageOrigin = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{page.Host.Port}/");

        var result = await chromium.RunAsync(
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--virtual-time-budget=20000",
            $"--user-data-dir={Directory.CreateTempSubdirectory("chromium-").FullName}", "--dump-dom", pageOrigin);

        var lines = result.Output.Split("<pre>")[^1].Split("</pre>")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            [
                "get: exact seen null",
                "credentials: exact seen null",
                "put: exact seen null",
                "put again: exact seen null",
                "delete: TypeError",
                "header: exact seen null",
                "wrong header: TypeError",
                "any: any null null",
                "any with credentials: TypeError",
                "other: TypeError",
                "bare: TypeError",
                "error: 500",
            ],
            lines);
        // One for PUT and, since it asks about a field, one for each of the others; the second PUT uses the first one's answer.
        Assert.Equal(4, preflights);
    }

    private static string Page(int port) => $$"""
        <!doctype html><pre></pre><script>
        const lines = [];
        async function ask(name, path, options) {
            try {
                const response = await fetch("http://127.0.0.1:{{port}}" + path, options);
                lines.push(name + ": " + (response.ok
                    ? await response.text() + " " + response.headers.get("X-Exposed") + " " + response.headers.get("X-Hidden")
                    : response.status));
            } catch (error) {
                lines.push(name + ": " + error.name);
            }
        }
        (async () => {
            await ask("get", "/exact");
            await ask("credentials", "/exact", { credentials: "include" });
            await ask("put", "/exact", { method: "PUT" });
            await ask("put again", "/exact", { method: "PUT" });
            await ask("delete", "/exact", { method: "DELETE" });
            await ask("header", "/exact", { headers: { "X-A": "1" } });
            await ask("wrong header", "/exact", { headers: { "X-B": "1" } });
            await ask("any", "/any");
            await ask("any with credentials", "/any", { credentials: "include" });
            await ask("other", "/other");
            await ask("bare", "/bare");
            await ask("error", "/error");
            document.querySelector("pre").textContent = lines.join("\n");
        })();
        </script>
        """;
}
