using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.TlsMetrics;

/// <summary>An https endpoint that is measured, and an http one to read the figures from.</summary>
internal sealed class MetricsSite : IAsyncDisposable
{
    private readonly HttpClient _client;

    private MetricsSite(KestrelHost host)
    {
        Host = host;
        _client = new HttpClient(KestrelHost.CreateHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{host.Ports[1]}") };
    }

    public KestrelHost Host { get; }

    public static async Task<MetricsSite> StartAsync(
        Action<AeronetTlsOptions>? tls = null,
        Action<IEndpointConventionBuilder>? endpoint = null,
        TransportKind transport = TransportKind.Aeronet,
        Action<WebApplicationBuilder>? builder = null,
        Action<KestrelServerOptions>? kestrel = null,
        bool hasPrometheus = true) =>
        new(await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen =>
            {
                if (transport == TransportKind.Sockets)
                {
                    listen.UseHttps(TlsSite.Certificate);
                    return;
                }

                listen.UseAeronetTls(options =>
                {
                    options.Certificates.Add(TlsSite.Certificate);
                    tls?.Invoke(options);
                });
            },
            Kestrel = options =>
            {
                options.Listen(System.Net.IPAddress.Loopback, 0);
                kestrel?.Invoke(options);
            },
            Builder = web =>
            {
                if (hasPrometheus)
                    web.Services.AddAeronetPrometheus();

                builder?.Invoke(web);
            },
            App = app =>
            {
                var mapped = app.MapAeronetTlsMetrics();
                (endpoint ?? (open => open.AllowAnonymous())).Invoke(mapped);
                app.MapGet("/", () => Results.Text("served"));
            },
        }));

    public Task<HttpResponseMessage> AskAsync(string query = "", string? accept = null, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, "/metrics/tls" + query);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);

        return _client.SendAsync(request).OrTimeout("the metrics");
    }

    public async Task<JsonNode> ReadJsonAsync()
    {
        using var response = await AskAsync();
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>
    /// Reads until a number is there, what a client has done being counted a little later, and once more: figures are not read all at one
    /// moment.
    /// </summary>
    public async Task<JsonNode> ReadJsonAsync(string path, long expected)
    {
        var deadline = DateTime.UtcNow + TaskTimeoutExtensions.DefaultTimeout;
        while (true)
        {
            var json = await ReadJsonAsync();
            if (path.Split('.').Aggregate(json, (node, name) => node?[name]!)?.GetValue<long>() == expected)
                return await ReadJsonAsync();

            Assert.True(DateTime.UtcNow < deadline, $"{path} is not {expected}: {json}");
            await Task.Delay(20);
        }
    }

    /// <summary>The text for Prometheus, of which the exporter keeps an answer for 0.3 s: to be asked for once.</summary>
    public async Task<PrometheusFamilies> ReadPrometheusAsync(bool asOpenMetrics = false)
    {
        using var response = await AskAsync("?format=prometheus", asOpenMetrics ? "application/openmetrics-text; version=1.0.0" : null);
        Assert.Equal(asOpenMetrics ? "application/openmetrics-text" : "text/plain", response.Content.Headers.ContentType!.MediaType);
        return PrometheusFamilies.Parse(await response.Content.ReadAsStringAsync(), asOpenMetrics);
    }

    /// <summary>A handshake, and a request on it.</summary>
    public Task<string> ConnectAsync(params string[] arguments) => OpensslClient.RunAsync(Host, arguments, TlsSite.Get);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Host.DisposeAsync();
    }
}
