using Aeronet.AspNetCore.Middleware.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.TlsMetrics;

public sealed class RequestTagTests
{
    private const string Duration = "http.server.request.duration";

    [Fact]
    public async Task Request_Defaults_VersionAndResumed()
    {
        var session = Path.GetTempFileName();
        await using var host = await TlsSite.StartAsync(App);

        await OpensslClient.RunAsync(host, ["-tls1_3", "-sess_out", session], TlsSite.Get);
        await OpensslClient.RunAsync(host, ["-tls1_3", "-sess_in", session], TlsSite.Get);
        await OpensslClient.RunAsync(host, ["-tls1_2"], TlsSite.Get);
        File.Delete(session);

        await Eventually.HoldsAsync(() => host.Metrics.Count(Duration) == 3, "the requests to be measured");
        Assert.True(host.Metrics.Total(Duration, ("tls.protocol.version", "1.3"), ("tls.resumed", false)) > 0, host.Metrics.ToString());
        Assert.True(host.Metrics.Total(Duration, ("tls.protocol.version", "1.3"), ("tls.resumed", true)) > 0, host.Metrics.ToString());
        Assert.True(host.Metrics.Total(Duration, ("tls.protocol.version", "1.2"), ("tls.resumed", false)) > 0, host.Metrics.ToString());
        Assert.Equal(0, host.Metrics.Total(Duration, ("tls.cipher", "TLS_AES_256_GCM_SHA384")));
    }

    [Fact]
    public async Task Request_EveryTag_AsTheClientDid()
    {
        string[] tags = ["tls.cipher", "tls.curve", "tls.next_protocol", "aeronet.tls.host", "aeronet.ktls.send"];
        await using var host = await TlsSite.StartAsync(
            App,
            tls =>
            {
                tls.Hosts["*.example.com"] = new AeronetTlsHostOptions();
                tls.Ktls = KtlsMode.Disabled;
            },
            builder => builder.Services.AddAeronetTlsMetrics(options => options.RequestTags = tags));

        await OpensslClient.RunAsync(
            host,
            ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256", "-groups", "P-256", "-alpn", "http/1.1", "-servername", "a.example.com"],
            TlsSite.Get);

        await Eventually.HoldsAsync(() => host.Metrics.Count(Duration) == 1, "the request to be measured");
        (string, object)[] expected =
        [
            ("tls.cipher", "TLS_AES_128_GCM_SHA256"), ("tls.curve", "secp256r1"), ("tls.next_protocol", "http/1.1"),
            ("aeronet.tls.host", "*.example.com"), ("aeronet.ktls.send", false),
        ];
        Assert.True(host.Metrics.Total(Duration, expected) > 0, host.Metrics.ToString());
        Assert.DoesNotContain("tls.resumed", Line(host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_RunAgainForItsErrorPage_TagsOnce()
    {
        await using var host = await TlsSite.StartAsync(app =>
        {
            app.UseStatusCodePagesWithReExecute("/page");
            app.UseAeronetTlsMetrics();
            app.Run(context =>
            {
                if (context.Request.Path == "/page")
                    return context.Response.WriteAsync("page");

                context.Response.StatusCode = 404;
                return Task.CompletedTask;
            });
        });

        await OpensslClient.RunAsync(host, ["-tls1_3"], TlsSite.Get);

        await Eventually.HoldsAsync(() => host.Metrics.Count(Duration) == 1, "the request to be measured");
        Assert.Equal(2, Line(host).Split("tls.resumed").Length);
    }

    [Theory]
    [EachServer]
    public async Task Request_Plain_NoTag(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions { App = app => app.UseAeronetTlsMetrics() });

        using var response = await site.GetAsync("/");

        await Eventually.HoldsAsync(() => site.Host.Metrics.Count(Duration) == 1, "the request to be measured");
        Assert.DoesNotContain("tls.", Line(site.Host), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RequestTags:0", "tls.sni", "Aeronet:TlsMetrics:RequestTags has 'tls.sni': use aeronet.ktls.send, aeronet.tls.host, ")]
    [InlineData("RequestTags", "tls.cipher;tls.cipher", "Aeronet:TlsMetrics:RequestTags has 'tls.cipher' twice: leave one out.")]
    [InlineData("Tags", "tls.cipher", "Aeronet:TlsMetrics:Tags is not an option")]
    public void Options_Wrong_OneLineNamesKeyAndRemedy(string key, string value, string message)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([new($"{AeronetTlsMetricsOptions.SectionName}:{key}", value)]).Build());
        using var provider = services.BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(() => new ApplicationBuilder(provider).UseAeronetTlsMetrics());

        Assert.StartsWith(message, Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    private static string Line(KestrelHost host) =>
        host.Metrics.ToString().Split('\n').Single(line => line.StartsWith(Duration, StringComparison.Ordinal));

    private static void App(WebApplication app)
    {
        app.UseAeronetTlsMetrics();
        app.Run(context => context.Response.WriteAsync("served"));
    }
}
