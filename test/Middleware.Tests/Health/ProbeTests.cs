using System.Net;
using System.Text.Json;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aeronet.AspNetCore.Middleware.Tests.Health;

/// <summary>What probes are answered, by the application's endpoint.</summary>
public sealed class ProbeTests
{
    [Theory]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/startupz")]
    public async Task Serving_200AndAWord(string path)
    {
        await using var host = await StartAsync();
        using var client = host.CreateHttpClient();

        using var response = await client.GetAsync(path);
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Healthy", await response.Content.ReadAsStringAsync());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    [Fact]
    public async Task Draining_NotReadyAndAlive()
    {
        await using var host = await StartAsync();
        using var client = host.CreateHttpClient();

        _ = host.Services.GetRequiredService<IAeronetDrain>().BeginAsync(TimeSpan.FromHours(1));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/livez")).StatusCode);
        await host.Services.GetRequiredService<IAeronetDrain>().BeginAsync(TimeSpan.Zero).OrTimeout("the drain");
    }

    [Theory]
    [InlineData("ready", HttpStatusCode.ServiceUnavailable)]
    [InlineData("other", HttpStatusCode.OK)]
    public async Task OwnCheck_UnhealthyWithTag_DecidesAboutReadyAlone(string tag, HttpStatusCode expected)
    {
        await using var host = await StartAsync(services => services.AddHealthChecks().AddCheck("database", () => HealthCheckResult.Unhealthy("gone"), [tag]));
        using var client = host.CreateHttpClient();

        Assert.Equal(expected, (await client.GetAsync("/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/livez")).StatusCode);
    }

    [Fact]
    public async Task CertificateAboutToEnd_DegradedAndReady_DetailsSayWhich()
    {
        using var certificate = TestCertificate.Create("soon.example", days: 5);
        await using var host = await StartAsync(
            services => services.Configure<AeronetHealthOptions>(options => options.Details = true), listen => listen.UseAeronetTls(certificate));
        using var client = host.CreateHttpClient(trusted: certificate);

        using var response = await client.GetAsync("/readyz");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Degraded", json.RootElement.GetProperty("status").GetString());
        var entry = json.RootElement.GetProperty("entries").GetProperty("aeronet-certificates");
        Assert.Contains("CN=soon.example ends in", entry.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal("Healthy", json.RootElement.GetProperty("entries").GetProperty("aeronet-loops").GetProperty("status").GetString());
    }

    [Fact]
    public async Task FrameworksHealthChecks_HaveThoseOfTheTransport()
    {
        await using var host = await StartAsync();

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("aeronet"));

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal(7, report.Entries.Count);
    }

    [Fact]
    public async Task WithoutTheTransport_Healthy()
    {
        await using var host = await StartAsync(kind: TransportKind.Sockets);
        using var client = host.CreateHttpClient();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/readyz")).StatusCode);
    }

    [Fact]
    public async Task WithoutTheTransport_ApplicationStops_NotReadyAndAlive()
    {
        await using var host = await StartAsync(kind: TransportKind.Sockets);
        using var client = host.CreateHttpClient();

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/livez")).StatusCode);
    }

    private static Task<KestrelHost> StartAsync(
        Action<IServiceCollection>? services = null,
        Action<Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions>? listen = null,
        TransportKind kind = TransportKind.Aeronet) => KestrelHost.StartAsync(kind, new KestrelHostOptions
        {
            Builder = builder =>
            {
                builder.Services.AddAeronetHealth().AddAeronetHealth();
                services?.Invoke(builder.Services);
            },
            Listen = listen,
            App = app => app.MapAeronetHealth(),
        });
}
