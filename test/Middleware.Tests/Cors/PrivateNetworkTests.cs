using System.Globalization;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

/// <summary>Pages of public networks that ask servers of private ones.</summary>
public sealed partial class PrivateNetworkTests
{
    private const string Request = "Access-Control-Request-Private-Network";

    // The first that has only the user's permission for it (Local Network Access) and no preflight of its own any more.
    private const int FirstWithPermission = 142;

    [Theory]
    [InlineData(true, "true", 204, "true")]
    [InlineData(true, null, 204, null)]
    [InlineData(true, "1", 204, null)]
    [InlineData(true, "TRUE", 204, null)]
    [InlineData(false, "true", 403, null)]
    [InlineData(false, null, 204, null)]
    [InlineData(false, "1", 204, null)]
    public async Task Preflight_Raw_FieldForField(bool allows, string? asked, int status, string? answered)
    {
        await using var site = await CorsSite.StartAsync(
            ServerKind.Aeronet, ("Origins", CorsSite.Origin), ("PrivateNetwork", allows ? "true" : "false"));
        var field = asked is null ? "" : $"\r\n{Request}: {asked}";

        var response = await site.SendRawAsync(
            $"OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: {CorsSite.Origin}\r\nAccess-Control-Request-Method: GET{field}");

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(answered, response["Access-Control-Allow-Private-Network"]);
        Assert.Equal(status == 204 ? CorsSite.Origin : null, response["Access-Control-Allow-Origin"]);
        Assert.Contains(Request, response["Vary"], StringComparison.Ordinal);
    }

    // The page's address counts as public, the server's is loopback. What the user's permission decides is settled in the profile.
    [Theory]
    [InlineData(true, "get: read, put: read", "GET OPTIONS PUT")]
    [InlineData(false, "get: TypeError, put: TypeError", "")]
    public async Task Fetch_FromPublicPage_AsThePermissionSaysAndThenThePolicy(bool permitted, string read, string reached)
    {
        var chromium = ExternalTool.Find("chromium") ?? ExternalTool.Require("chromium-browser");
        var version = (await chromium.RunAsync("--version")).Output;
        Assert.SkipUnless(int.Parse(Major().Match(version).Value, CultureInfo.InvariantCulture) >= FirstWithPermission, $"Too old: {version.Trim()}.");
        var requests = new List<string>();
        var asked = false;
        await using var api = await CorsSite.StartAsync(
            ServerKind.Aeronet,
            app => app.Use(next => context =>
            {
                lock (requests)
                {
                    requests.Add(context.Request.Method);
                    asked |= context.Request.Headers.ContainsKey(Request);
                }

                return next(context);
            }).UseAeronetCors(),
            ("Origins", "http://127.0.0.1:*"),
            ("Methods", "PUT"));
        await using var page = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            App = app => app.Run(context =>
            {
                context.Response.ContentType = "text/html";
                return context.Response.WriteAsync(Page(api.Host.Port));
            }),
        });
        var origin = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{page.Host.Port}");
        var profile = Directory.CreateTempSubdirectory("chromium-");
        Directory.CreateDirectory(Path.Combine(profile.FullName, "Default"));
        await File.WriteAllTextAsync(
            Path.Combine(profile.FullName, "Default/Preferences"), Preferences($"http://{origin}", permitted), TestContext.Current.CancellationToken);

        var result = await chromium.RunAsync(
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--virtual-time-budget=20000",
            $"--ip-address-space-overrides={origin}=public", $"--user-data-dir={profile.FullName}", "--dump-dom", $"http://{origin}/");

        Assert.Equal(read, result.Output.Split("<pre>")[^1].Split("</pre>")[0]);
        Assert.Equal(reached, string.Join(" ", requests));
        Assert.False(asked);
    }

    private static string Preferences(string origin, bool permitted)
    {
        var setting = permitted ? 1 : 2;
        var exception = $$"""{ "{{origin}},*": { "setting": {{setting}} } }""";
        return $$"""
            { "profile": { "content_settings": { "exceptions": {
              "local_network_access": {{exception}}, "loopback_network": {{exception}}, "local_network": {{exception}} } } } }
            """;
    }

    private static string Page(int port) => $$"""
        <!doctype html><pre></pre><script>
        async function ask(method) {
            try {
                await (await fetch("http://127.0.0.1:{{port}}/", { method })).text();
                return "read";
            } catch (error) {
                return error.name;
            }
        }
        (async () => {
            document.querySelector("pre").textContent = "get: " + await ask("GET") + ", put: " + await ask("PUT");
        })();
        </script>
        """;

    [GeneratedRegex(@"\d+")]
    private static partial Regex Major();
}
