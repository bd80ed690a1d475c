using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Middleware.HttpsRedirect;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.HttpsRedirect;

public sealed class PortTests
{
    private const string NoPort = "Plain http requests are served without a redirect, for no https port is known: "
        + "set Aeronet:HttpsRedirect:HttpsPort, or add an https endpoint.";

    [Theory]
    [InlineData("example.com", "https://example.com:8443/")]
    [InlineData("example.com:80", "https://example.com:8443/")]
    [InlineData("example.com:8080", "https://example.com:9443/")]
    [InlineData("example.com:8081", "https://example.com/")]
    [InlineData("example.com:9999", "https://example.com:7443/")]
    public async Task Get_PortMap_ByPortOfHost(string host, string location)
    {
        await using var site = await RedirectSite.StartAsync(
            ServerKind.TestServer,
            ("HttpsPort", "7443"), ("PortMap:80", "8443"), ("PortMap:8080", "9443"), ("PortMap:8081", "443"));

        using var response = await site.GetAsync("/", host);

        Assert.Equal(location, response.Location());
    }

    // The endpoint's port is known when it is bound.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_OwnPort_Fails(bool isRegistered)
    {
        var port = FreePort();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Aeronet:HttpsRedirect:HttpsPort"] = $"{port}";
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        if (isRegistered)
            builder.Services.AddAeronetHttpsRedirect();

        await using var app = builder.Build();
        app.UseAeronetHttpsRedirect();

        if (isRegistered)
        {
            var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
            Assert.Equal($"Aeronet:HttpsRedirect:HttpsPort is {port}, where the server speaks http: use the port of an https endpoint.", error.Message);
            return;
        }

        await app.StartAsync();
        await app.WaitForShutdownAsync().OrTimeout("the application to stop");
    }

    [Fact]
    public async Task Start_PortOfAnHttpsEndpoint_Starts()
    {
        var port = FreePort();
        await using var site = await RedirectSite.StartAsync(ServerKind.Aeronet, [("HttpsPort", $"{port}")], httpsEndpoints: 1);

        using var response = await site.GetAsync("/");

        Assert.Equal($"https://example.com:{port}/", response.Location());
    }

    [Fact]
    public async Task Get_PortMapOnly_OthersServed()
    {
        await using var site = await RedirectSite.StartAsync(ServerKind.TestServer, ("PortMap:8080", "8443"));

        using var mapped = await site.GetAsync("/", "example.com:8080");
        using var other = await site.GetAsync("/", "example.com");

        Assert.Equal("https://example.com:8443/", mapped.Location());
        Assert.Equal("served", await other.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(ServerKind.Sockets)]
    [InlineData(ServerKind.Aeronet)]
    public async Task Get_NothingSet_PortOfHttpsEndpoint(ServerKind server)
    {
        await using var site = await RedirectSite.StartWithoutPortAsync(server, httpsEndpoints: 1);

        using var response = await site.GetAsync("/x");

        Assert.Equal($"https://example.com:{site.Host.Ports[1]}/x", response.Location());
        Assert.Empty(site.Host.Logs.From("Aeronet.AspNetCore.Middleware", LogLevel.Information));
    }

    [Theory]
    [InlineData("HTTPS_PORT", "8443")]
    [InlineData("https_port", "8443")]
    [InlineData("ANCM_HTTPS_PORT", "8443")]
    [InlineData("HTTPS_PORTS", " 8443 ; 8443;")]
    public async Task Get_FrameworkKey_ItsPort(string key, string value)
    {
        await using var site = await RedirectSite.StartWithoutPortAsync(ServerKind.TestServer, 0, ("/" + key, value));

        using var response = await site.GetAsync("/");

        Assert.Equal("https://example.com:8443/", response.Location());
    }

    [Theory]
    [InlineData(ServerKind.Aeronet)]
    [InlineData(ServerKind.TestServer)]
    public async Task Get_NoPortKnown_ServedAndOneWarning(ServerKind server)
    {
        await using var site = await RedirectSite.StartWithoutPortAsync(server);

        using var first = await site.GetAsync("/");
        using var second = await site.GetAsync("/", "other.example");

        Assert.Equal("served", await first.Content.ReadAsStringAsync());
        Assert.Equal("served", await second.Content.ReadAsStringAsync());
        if (server == ServerKind.Aeronet)
            Assert.Equal(200, (await site.SendRawAsync("GET / HTTP/1.0\r\nX: no host")).StatusCode);

        Assert.Equal(NoPort, Assert.Single(site.Host.Logs.From("Aeronet.AspNetCore.Middleware", LogLevel.Warning)).Message);
    }

    [Fact]
    public async Task Get_SeveralHttpsPorts_ServedAndOneWarning()
    {
        await using var site = await RedirectSite.StartWithoutPortAsync(ServerKind.Aeronet, httpsEndpoints: 2);

        using var response = await site.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            $"Plain http requests are served without a redirect, for the server has several https ports ({site.Host.Ports[1]}, "
                + $"{site.Host.Ports[2]}): set Aeronet:HttpsRedirect:HttpsPort to one of them.",
            Assert.Single(site.Host.Logs.From("Aeronet.AspNetCore.Middleware", LogLevel.Warning)).Message);
    }

    [Theory]
    [InlineData("https://[::]:443", 443)]
    [InlineData("https://+:8443/base", 8443)]
    [InlineData("https://localhost:44300/;https://*:44300", 44300)]
    [InlineData("http://*:80;https://unix:/run/app.sock;https://<file handle>;https://pipe:/x;HTTPS://*:5001", 5001)]
    public void TryGet_Addresses_TheOneOfTcp(string addresses, int expected)
    {
        var ports = Create(addresses, out _, out var lifetime);
        lifetime.NotifyStarted();

        Assert.True(ports.TryGet(80, out var port));
        Assert.Equal(expected, port);
    }

    [Fact]
    public void TryGet_ServerStillBinding_LooksAgain()
    {
        var ports = Create("http://*:80", out var addresses, out var lifetime);

        Assert.False(ports.TryGet(80, out _));
        addresses.Addresses.Add("https://*:443");
        Assert.True(ports.TryGet(80, out var first));
        addresses.Addresses.Add("https://*:8443");
        Assert.False(ports.TryGet(80, out _));
        addresses.Addresses.Remove("https://*:443");
        lifetime.NotifyStarted();
        addresses.Addresses.Clear();
        Assert.True(ports.TryGet(80, out var last));
        Assert.Equal((443, 8443), (first, last));
    }

    private static HttpsPorts Create(string addresses, out ServerAddressesFeature feature, out ApplicationLifetime lifetime)
    {
        feature = new ServerAddressesFeature();
        foreach (var address in addresses.Split(';'))
            feature.Addresses.Add(address);

        lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        return new HttpsPorts(new AeronetHttpsRedirectOptions(), new ConfigurationManager(), feature, lifetime, NullLogger.Instance);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
