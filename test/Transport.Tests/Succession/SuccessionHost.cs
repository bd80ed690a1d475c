using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Succession;

/// <summary>A server that hands its sockets over, and answers with its name.</summary>
internal sealed class SuccessionHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SuccessionHost(WebApplication app, CapturedLogs logs)
    {
        _app = app;
        Logs = logs;
    }

    internal CapturedLogs Logs { get; }

    internal IHostApplicationLifetime Lifetime => _app.Lifetime;

    internal static SuccessionHost Create(
        string name,
        string handOver,
        Action<KestrelServerOptions> listen,
        Action<AeronetTransportOptions>? configure = null,
        Action<IServiceCollection>? services = null)
    {
        var logs = new CapturedLogs();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(logs);
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.ConfigureKestrel(listen);
        builder.WebHost.UseAeronetTransport(options =>
        {
            options.HandOver = handOver;
            configure?.Invoke(options);
        });
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(name));
        return new SuccessionHost(app, logs);
    }

    internal Task StartAsync() => _app.StartAsync().OrTimeout("the server to start");

    /// <summary>Starts, and waits until nobody else accepts for it.</summary>
    internal async Task<SuccessionHost> ServeAsync(bool takesOver = false)
    {
        await StartAsync();
        if (takesOver)
            await Eventually.HoldsAsync(() => Has("TookOver"), "the new server to take over", () => string.Join('\n', Logs.Entries.Select(e => e.Message)));

        return this;
    }

    internal bool Has(string eventName) => Logs.Entries.Any(entry => entry.EventId.Name == eventName);

    /// <summary>As a host that is run to its end.</summary>
    internal async Task EndsAsync()
    {
        await Eventually.HoldsAsync(() => Lifetime.ApplicationStopping.IsCancellationRequested, "the server to be told to stop");
        await _app.StopAsync().OrTimeout("the server to stop");
    }

    internal Task StopAsync() => _app.StopAsync().OrTimeout("the server to stop");

    /// <summary>Who answers on a new connection.</summary>
    internal static async Task<string> AskAsync(EndPoint server)
    {
        using var client = await RawClient.ConnectAsync(server);
        return (await client.GetAsync()).Text;
    }

    public ValueTask DisposeAsync() => new(_app.DisposeAsync().AsTask().OrTimeout("the server to be disposed"));
}
