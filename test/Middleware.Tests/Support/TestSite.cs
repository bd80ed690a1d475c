using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Support;

/// <summary>A running application with an http endpoint, and https ones if asked for.</summary>
internal sealed class TestSite : IAsyncDisposable
{
    private readonly KestrelHost _host;
    private readonly X509Certificate2 _certificate;
    private readonly ServerKind _server;
    private readonly HttpClient _client;

    private TestSite(KestrelHost host, X509Certificate2 certificate, ServerKind server)
    {
        _host = host;
        _certificate = certificate;
        _server = server;
        _client = CreateClient();
    }

    public KestrelHost Host => _host;

    private TestServer? TestServer => _host.Services.GetRequiredService<IServer>() as TestServer;

    public static async Task<TestSite> StartAsync(ServerKind server, SiteOptions options)
    {
        var certificate = TestCertificate.Create();
        var transport = server == ServerKind.Sockets ? TransportKind.Sockets : TransportKind.Aeronet;
        var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Builder = builder =>
            {
                builder.Configuration.AddInMemoryCollection(options.Settings);
                if (server == ServerKind.TestServer)
                    builder.WebHost.UseTestServer();

                options.Builder?.Invoke(builder);
            },
            Listen = listen => listen.Protocols = server == ServerKind.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1,
            Kestrel = kestrel =>
            {
                for (var i = 0; i < options.HttpsEndpoints; i++)
                    kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(Exported(certificate)));
            },
            App = app =>
            {
                options.App(app);
                if (options.EndsWithServed)
                    app.Run(context => context.Response.WriteAsync("served"));
            },
        });
        return new TestSite(host, certificate, server);
    }

    /// <summary>Another client of the http endpoint, with connections of its own.</summary>
    public HttpClient CreateClient() =>
        TestServer?.CreateClient() ?? _host.CreateHttpClient(_server == ServerKind.Http2 ? HttpVersion.Version20 : null);

    /// <summary>A client of the https endpoint that follows redirects, from http too.</summary>
    public HttpClient CreateFollowingClient()
    {
        var handler = KestrelHost.CreateHttpHandler(_certificate);
        handler.AllowAutoRedirect = true;
        return new HttpClient(handler) { BaseAddress = _client.BaseAddress };
    }

    /// <summary>Asks for a path over http.</summary>
    /// <param name="path">The path and query.</param>
    /// <param name="host">The Host field.</param>
    /// <param name="headers">Further fields, as "Name: value".</param>
    public Task<HttpResponseMessage> GetAsync(string path, string host = "example.com", params string[] headers) =>
        SendAsync(_client, HttpMethod.Get, _client.BaseAddress!, path, host, headers);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string host = "example.com") =>
        SendAsync(_client, method, _client.BaseAddress!, path, host, []);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string[] headers) =>
        SendAsync(_client, method, _client.BaseAddress!, path, "example.com", headers);

    /// <summary>Asks for a path over https.</summary>
    public Task<HttpResponseMessage> GetHttpsAsync(string path, string host = "example.com") => SendToHttpsAsync(HttpMethod.Get, path, host, []);

    /// <summary>Sends a request over https, with further fields as "Name: value".</summary>
    public Task<HttpResponseMessage> SendHttpsAsync(HttpMethod method, string path, params string[] headers) =>
        SendToHttpsAsync(method, path, "example.com", headers);

    /// <summary>Sends a head as it is, except for the empty line at its end, and reads the response.</summary>
    public async Task<RawResponse> SendRawAsync(string head)
    {
        using var client = await _host.ConnectAsync();
        await client.SendAsync(head + "\r\nConnection: close\r\n\r\n");
        return await client.ReadResponseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task<HttpResponseMessage> SendToHttpsAsync(HttpMethod method, string path, string host, string[] headers)
    {
        using var client = TestServer?.CreateClient() ?? new HttpClient(KestrelHost.CreateHttpHandler(_certificate));
        var authority = TestServer is null ? new Uri($"https://127.0.0.1:{_host.Ports[1]}") : new Uri("https://localhost");
        return await SendAsync(client, method, authority, path, host, headers);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, Uri server, string path, string host, string[] headers)
    {
        // TestServer takes no other kind of Uri than the normalised one.
        var verbatim = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = TestServer is null };
        using var request = new HttpRequestMessage(method, new Uri(server.GetLeftPart(UriPartial.Authority) + path, verbatim));
        request.Version = client.DefaultRequestVersion;
        request.VersionPolicy = client.DefaultVersionPolicy;
        request.Headers.Host = host;
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            Assert.True(request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim()));
        }

        return await client.SendAsync(request).OrTimeout($"{method} {path}");
    }

    // Kestrel takes the key over, and tests need the certificate for longer.
    private static X509Certificate2 Exported(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
}
