using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Allocations;

/// <summary>A server that nobody listens to the logs and metrics of: listening allocates.</summary>
internal sealed class BareHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BareHost(WebApplication app) => _app = app;

    internal IPEndPoint EndPoint
    {
        get
        {
            var addresses = _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
            return IPEndPoint.Parse(new Uri(addresses.Single()).Authority);
        }
    }

    internal static async Task<BareHost> StartAsync(
        TransportKind transport, Action<AeronetTransportOptions> options, Action<ListenOptions>? listen = null, Action<WebApplication>? app = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        services?.Invoke(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => listen?.Invoke(endpoint));
        });
        if (transport == TransportKind.Aeronet)
            builder.WebHost.UseAeronetTransport(options);

        var built = builder.Build();
        app?.Invoke(built);
        await built.StartAsync().OrTimeout("the server to start");
        return new BareHost(built);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().OrTimeout("the server to stop");
        await _app.DisposeAsync();
    }
}
