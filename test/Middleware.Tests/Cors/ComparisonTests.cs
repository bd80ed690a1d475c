using System.Globalization;
using System.Text;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

/// <summary>
/// docs/cors.md says what <c>UseAeronetCors</c> and the framework's <c>UseCors</c> make of the same policies and requests. With
/// AERONET_WRITE_DOCS=1 the test writes the table instead of comparing it.
/// </summary>
public sealed class ComparisonTests
{
    private const string Document = "docs/cors.md";
    private const string Head = "| policy, request | `UseAeronetCors` | `UseCors` |\n|---|---|---|\n";
    private const string Origin = CorsSite.Origin;
    private const string ErrorAtStart = "error at start";

    private static readonly Row[] Rows =
    [
        new("`*` with credentials",
            [("Origins", "*"), ("Credentials", "true")],
            p => p.AllowAnyOrigin().AllowCredentials(),
            LetsIn(Origin)),
        new("`null` with credentials, from a sandboxed frame",
            [("Origins", "null"), ("Credentials", "true")],
            p => p.WithOrigins("null").AllowCredentials(),
            LetsIn("null")),
        new("`https://*.com` with credentials, from `https://evil.com`",
            [("Origins", "https://*.com"), ("Credentials", "true")],
            p => p.SetIsOriginAllowedToAllowWildcardSubdomains().WithOrigins("https://*.com").AllowCredentials(),
            LetsIn("https://evil.com")),
        new("`http://app.example.com` with credentials",
            [("Origins", "http://app.example.com"), ("Credentials", "true")],
            p => p.WithOrigins("http://app.example.com").AllowCredentials(),
            LetsIn("http://app.example.com")),
        new($"`{Origin}/`, from that origin", [("Origins", Origin + "/")], p => p.WithOrigins(Origin + "/"), LetsIn(Origin)),
        new("`garbage` as origin", [("Origins", "garbage")], p => p.WithOrigins("garbage"), LetsIn(Origin)),
        new("`A B` as method", [("Origins", Origin), ("Methods", "A B")], p => p.WithOrigins(Origin).WithMethods("A B"), Started),
        new("`https://*.example.com`, from `https://a.b.example.com`",
            [("Origins", "https://*.example.com")],
            p => p.SetIsOriginAllowedToAllowWildcardSubdomains().WithOrigins("https://*.example.com"),
            LetsIn("https://a.b.example.com")),
        new("`http://localhost:*`, from `http://localhost:5173`",
            [("Origins", "http://localhost:*")],
            p => p.WithOrigins("http://localhost:*"),
            LetsIn("http://localhost:5173")),
        new("a max age of ten years",
            [("Origins", Origin), ("MaxAge", "3650.00:00:00")],
            p => p.WithOrigins(Origin).SetPreflightMaxAge(TimeSpan.FromDays(3650)),
            Preflight(r => "`Access-Control-Max-Age: " + r.Field("Access-Control-Max-Age") + "`")),
        new("preflight from another origin",
            [("Origins", Origin)],
            p => p.WithOrigins(Origin),
            Preflight(Verdict, "https://evil.example")),
        new("preflight with a method that is not allowed",
            [("Origins", Origin)],
            p => p.WithOrigins(Origin),
            Preflight(Verdict, method: "DELETE")),
        new("`Vary` of a preflight", [("Origins", Origin)], p => p.WithOrigins(Origin), Preflight(VaryOf)),
        new("`Vary`, one origin allowed, from it", [("Origins", Origin)], p => p.WithOrigins(Origin), Get(VaryOf, Origin)),
        new("`Vary`, several allowed, from another",
            [("Origins", Origin + ";https://b.example")],
            p => p.WithOrigins(Origin, "https://b.example"),
            Get(VaryOf, "https://evil.example")),
        new("`Vary`, several allowed, no `Origin`",
            [("Origins", Origin + ";https://b.example")],
            p => p.WithOrigins(Origin, "https://b.example"),
            Get(VaryOf, null)),
        new("preflight of a page of a public network for a private one",
            [("Origins", Origin), ("PrivateNetwork", "true")],
            p => p.WithOrigins(Origin),
            Preflight(
                r => r.Field("Access-Control-Allow-Private-Network") is null ? "not answered" : "`Access-Control-Allow-Private-Network: true`",
                more: "Access-Control-Request-Private-Network: true")),
        new("`Timing-Allow-Origin`",
            [("Origins", Origin), ("TimingOrigins", Origin)],
            p => p.WithOrigins(Origin),
            Get(r => r.Field("Timing-Allow-Origin") is null ? "no such option" : "sent", null)),
    ];

    [Fact]
    public async Task Document_EveryRow_AsFound()
    {
        var table = new StringBuilder(Head);
        foreach (var row in Rows)
        {
            var ours = await ObserveAsync(() => CorsSite.StartAsync(ServerKind.TestServer, row.Settings), row.Ask);
            var stock = await ObserveAsync(() => StartStockAsync(row.Policy), row.Ask);
            table.Append(CultureInfo.InvariantCulture, $"| {row.Text} | {ours} | {stock} |\n");
        }

        var text = Repository.Read(Document);
        var start = text.IndexOf(Head, StringComparison.Ordinal);
        Assert.True(start >= 0, $"{Document} has no such table.");
        var end = text.IndexOf("\n\n", start, StringComparison.Ordinal) + 1;
        if (Environment.GetEnvironmentVariable("AERONET_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(
                Path.Combine(Repository.Root, Document), text[..start] + table + text[end..], TestContext.Current.CancellationToken);
            return;
        }

        Assert.Equal(text[start..end], table.ToString());
    }

    private static async Task<string> ObserveAsync(Func<Task<TestSite>> start, Func<TestSite, Task<string>> ask)
    {
        TestSite site;
        try
        {
            site = await start();
        }
        catch (Exception error) when (error is AeronetCorsOptionsException or InvalidOperationException)
        {
            return ErrorAtStart;
        }

        await using (site)
        {
            return await ask(site);
        }
    }

    private static Task<TestSite> StartStockAsync(Action<CorsPolicyBuilder> policy) => TestSite.StartAsync(
        ServerKind.TestServer,
        new SiteOptions
        {
            Builder = builder => builder.Services.AddCors(options => options.AddDefaultPolicy(policy)),
            App = app => app.UseCors(),
        });

    private static Func<TestSite, Task<string>> LetsIn(string origin) =>
        Get(r => r.AllowOrigin() == origin ? "let in" : "taken, never let in", origin);

    private static Task<string> Started(TestSite site) => Task.FromResult("taken");

    private static Func<TestSite, Task<string>> Get(Func<HttpResponseMessage, string> see, string? origin) => async site =>
    {
        using var response = await site.SendAsync(HttpMethod.Get, "/", origin is null ? [] : [$"Origin: {origin}"]);
        return see(response);
    };

    private static Func<TestSite, Task<string>> Preflight(
        Func<HttpResponseMessage, string> see, string origin = Origin, string method = "GET", params string[] more) => async site =>
    {
        using var response = await site.PreflightAsync(origin, method, more: more);
        return see(response);
    };

    private static string VaryOf(HttpResponseMessage response) => response.Vary() is { } fields ? $"`{fields}`" : "none";

    private static string Verdict(HttpResponseMessage response)
        => $"{(int)response.StatusCode}, " + (response.AllowOrigin() is { } origin ? $"`Access-Control-Allow-Origin: {origin}`" : "no fields");

    private sealed record Row(
        string Text, (string Key, string Value)[] Settings, Action<CorsPolicyBuilder> Policy, Func<TestSite, Task<string>> Ask);
}
