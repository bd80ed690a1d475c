using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.Pipeline;

/// <summary>A wrong order is told when the application starts, with its remedy.</summary>
public sealed class OrderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-order-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("UseAeronetAccessLog UseForwardedHeaders UseAeronetTlsMetrics UseAeronetHttpsRedirect UseAeronetCors UseAeronetStaticFiles UseAuthentication "
        + "UseAuthorization UseRateLimiter UseResponseCompression UseOutputCache")]
    [InlineData("UseExceptionHandler UseForwardedHeaders UseAeronetAccessLog UseAeronetHttpsRedirect UseRouting UseAeronetCors UseAeronetHooks "
        + "UseAuthentication UseAuthorization UseAeronetStaticFiles UseResponseCompression UseResponseCaching UseEndpoints")]
    [InlineData("UseAeronetTlsMetrics UseAeronetStaticFiles UseRouting WithFallback UseAuthentication UseAuthorization UseEndpoints")]
    [InlineData("UseAeronetTlsMetrics WithFallback UseAuthentication UseAuthorization")]
    public async Task RightOrder_NoWarning(string order) => Assert.Empty(await WarningsOfAsync(order));

    [Theory]
    [InlineData("UseAuthentication UseAuthorization UseAeronetAccessLog",
        "UseAeronetAccessLog comes after UseAuthentication, UseAuthorization: what they answer is not in the log, and bytes are counted before they "
            + "are compressed. Call app.UseAeronetAccessLog() before app.UseAuthentication().")]
    [InlineData("UseResponseCompression UseAeronetAccessLog",
        "UseAeronetAccessLog comes after UseResponseCompression: * Call app.UseAeronetAccessLog() before app.UseResponseCompression().")]
    [InlineData("UseAeronetCors UseAeronetAccessLog", "UseAeronetAccessLog comes after UseAeronetCors: *")]
    [InlineData("UseAeronetStaticFiles UseAeronetAccessLog", "UseAeronetAccessLog comes after UseAeronetStaticFiles: *")]
    [InlineData("UseAuthentication UseAeronetTlsMetrics", "UseAeronetTlsMetrics comes after UseAuthentication: requests that they answer get no tags. *")]
    [InlineData("UseAeronetHttpsRedirect UseForwardedHeaders",
        "UseAeronetHttpsRedirect comes before UseForwardedHeaders: behind a proxy that ends TLS, requests that came over https are redirected for ever. "
            + "Call app.UseAeronetHttpsRedirect() after app.UseForwardedHeaders().")]
    [InlineData("UseAuthentication UseAuthorization UseAeronetHttpsRedirect",
        "UseAeronetHttpsRedirect comes after UseAuthentication, UseAuthorization: what they answer goes over http. *")]
    [InlineData("UseStaticFiles UseAeronetHttpsRedirect", "UseAeronetHttpsRedirect comes after UseStaticFiles: *")]
    [InlineData("UseOutputCache UseAeronetHttpsRedirect", "UseAeronetHttpsRedirect comes after UseOutputCache: *")]
    [InlineData("UseAuthorization UseAeronetCors",
        "UseAeronetCors comes after UseAuthorization: preflights, which carry no credentials, are refused. *")]
    [InlineData("UseRateLimiter UseAeronetCors", "UseAeronetCors comes after UseRateLimiter: *")]
    [InlineData("UseOutputCache UseAeronetCors",
        "UseAeronetCors comes after UseOutputCache: the fields for one origin are kept and given to another. *")]
    [InlineData("UseAeronetStaticFiles UseAeronetCors", "UseAeronetCors comes after UseAeronetStaticFiles: what they answer has no CORS fields. *")]
    [InlineData("UseRouting UseEndpoints UseAeronetCors", "UseAeronetCors comes after UseEndpoints: *")]
    [InlineData("UseRouting UseEndpoints UseAeronetHooks", "UseAeronetHooks comes after UseEndpoints: *")]
    [InlineData("UseAeronet UseResponseCompression UseAeronetStaticFiles",
        "UseAeronetStaticFiles comes after UseResponseCompression: files are copied for each request *. "
            + "Call app.UseAeronetStaticFiles() before app.UseResponseCompression().")]
    [InlineData("UseAeronetTlsMetrics WithFallback UseAeronetStaticFiles UseRouting UseEndpoints",
        "UseAeronetStaticFiles comes before UseRouting: with its FallbackDocument it answers GET for the paths of endpoints. "
            + "Call app.UseAeronetStaticFiles() after app.UseRouting().")]
    [InlineData("UseHttpsRedirection UseAeronetHttpsRedirect",
        "UseAeronetHttpsRedirect does what app.UseHttpsRedirection() does, and both are called. Remove app.UseHttpsRedirection().")]
    [InlineData("UseCors UseAeronetCors", "UseAeronetCors does what app.UseCors() does, and both are called. *")]
    [InlineData("UseAuthorization UseAeronet",
        "UseAeronetCors comes after UseAuthorization: * Call app.UseAeronet() before app.UseAuthorization().")]
    public async Task WrongOrder_OneWarningNamesTheRemedy(string order, string expected)
    {
        var pattern = "^" + System.Text.RegularExpressions.Regex.Escape(expected).Replace("\\*", ".*", StringComparison.Ordinal) + "$";
        Assert.Matches(pattern, Assert.Single(await WarningsOfAsync(order)));
    }

    [Fact]
    public async Task AuthorizationThatNobodyPlaced_ProtectedEndpoint_IsTold()
    {
        var warnings = await WarningsOfAsync("UseAeronetCors", app => app.MapGet("/secret", () => "secret").RequireAuthorization());
        Assert.StartsWith(
            "UseAeronetCors comes after authorization, which WebApplication puts first where nothing else does, and 'HTTP: GET /secret' needs it: "
                + "its preflights, which carry no credentials, are refused. Call app.UseAuthentication() and app.UseAuthorization() after "
                + "app.UseAeronetCors().",
            Assert.Single(warnings),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UseAeronetCors UseAuthorization")]
    [InlineData("UseAeronetHooks")]
    public async Task AuthorizationBehindUsOrNoMatter_ProtectedEndpoint_NoWarning(string order) =>
        Assert.Empty(await WarningsOfAsync(order, app => app.MapGet("/secret", () => "secret").RequireAuthorization()));

    [Theory]
    [InlineData("UseRouting", "Aeronet:Cors is set and nothing goes by it: call app.UseAeronet() or app.UseAeronetCors(), or remove it.")]
    [InlineData("UseAeronetAccessLog", "Aeronet:Cors is set and nothing goes by it: *")]
    public async Task SectionThatNothingUses_IsTold(string order, string expected) =>
        Assert.StartsWith(expected.TrimEnd('*'), Assert.Single(await WarningsOfAsync(order, isCorsUsed: false)), StringComparison.Ordinal);

    [Fact]
    public async Task Branch_HasAnOrderOfItsOwn()
    {
        var warnings = await WarningsOfAsync(
            "UseAeronetAccessLog",
            app => app.Map("/b", branch => branch
                .UseResponseCompression()
                .UseAeronetStaticFiles("", _folder.FullName)
                .UseAeronetHooks(_ => { })));
        Assert.StartsWith("UseAeronetStaticFiles comes after UseResponseCompression", Assert.Single(warnings), StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> WarningsOfAsync(string order, Action<WebApplication>? endpoints = null, bool isCorsUsed = true)
    {
        await using var site = await TestSite.StartAsync(ServerKind.TestServer, new SiteOptions
        {
            Settings = new() { ["Aeronet:Pipeline:Cors"] = "true", ["Aeronet:Cors:Default:Origins:0"] = "https://a.example" },
            Builder = builder =>
            {
                builder.AddAeronet();
                builder.Services.AddAuthentication().AddCookie();
                builder.Services.AddAuthorization();
                builder.Services.AddRateLimiter(_ => { }).AddResponseCompression().AddOutputCache().AddResponseCaching().AddCors();
            },
            App = app =>
            {
                // Where an order is not about CORS, it is used where it does no harm.
                if (isCorsUsed && !order.Split(' ').Any(name => name is "UseAeronetCors" or "UseAeronet"))
                {
                    app.Map("/elsewhere", branch => branch.UseAeronetCors());
                }

                foreach (var name in order.Split(' '))
                {
                    Use(app, name);
                }

                endpoints?.Invoke(app);
            },
            EndsWithServed = false,
        });
        return [.. site.Host.Logs.Entries
            .Where(entry => entry.Category == "Aeronet.AspNetCore.Middleware.Pipeline" && entry.Level == LogLevel.Warning)
            .Select(entry => entry.Message)];
    }

    private void Use(WebApplication app, string name) => _ = name switch
    {
        "UseAeronet" => app.UseAeronet(),
        "UseAeronetAccessLog" => app.UseAeronetAccessLog(),
        "UseAeronetCors" => app.UseAeronetCors(),
        "UseAeronetHooks" => app.UseAeronetHooks(_ => { }),
        "UseAeronetHttpsRedirect" => app.UseAeronetHttpsRedirect(),
        "UseAeronetTlsMetrics" => app.UseAeronetTlsMetrics(),
        "UseAeronetStaticFiles" => app.UseAeronetStaticFiles("", _folder.FullName),
        "WithFallback" => app.UseAeronetStaticFiles(files => (files.Root, files.FallbackDocument) = (_folder.FullName, "index.html")),
        "UseAuthentication" => app.UseAuthentication(),
        "UseAuthorization" => app.UseAuthorization(),
        "UseCors" => app.UseCors(),
        "UseEndpoints" => app.UseEndpoints(_ => { }),
        "UseExceptionHandler" => app.UseExceptionHandler("/error"),
        "UseForwardedHeaders" => app.UseForwardedHeaders(),
        "UseHttpsRedirection" => app.UseHttpsRedirection(),
        "UseOutputCache" => app.UseOutputCache(),
        "UseRateLimiter" => app.UseRateLimiter(),
        "UseResponseCaching" => app.UseResponseCaching(),
        "UseResponseCompression" => app.UseResponseCompression(),
        "UseRouting" => app.UseRouting(),
        "UseStaticFiles" => app.UseStaticFiles(),
        _ => throw new ArgumentException(name),
    };
}
