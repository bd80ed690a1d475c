using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>However a host is built: Kestrel's endpoints get the transport's TLS, and callbacks of the application's code are kept.</summary>
public sealed class HostBuilderTests : IDisposable
{
    private readonly TempFiles _files = new();

    public static TheoryData<string, string> Builders
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var builder in new[] { "web", "slim", "generic" })
            {
                foreach (var callback in new[] { "none", "before", "after" })
                    data.Add(builder, callback);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Builders))]
    public async Task Endpoints_AreOurs_UnlessCodeHasACallback(string builder, string callback)
    {
        using var logs = new CapturedLogs();
        using var host = builder == "generic" ? Generic(callback, logs) : Web(builder, callback, logs);
        await host.StartAsync().OrTimeout("the start");
        var port = BindingAddress.Parse(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

        var peer = await Peer.AskAsync(port);

        Assert.Equal(Certificates.Ecdsa.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Equal(callback == "none" ? SslProtocols.Tls13 : SslProtocols.Tls12, peer.Version);
        Assert.Equal(callback == "none", logs.From("Aeronet").Any(entry => entry.EventId.Name == "HandshakeCompleted"));
        await host.StopAsync().OrTimeout("the stop");
    }

    [Fact]
    public async Task BareWebHost_WithALoaderMadeInCode_KeepsItsCallback()
    {
        using var logs = new CapturedLogs();
        using var host = new HostBuilder()
            .ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(Lines()))
            .ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(logs))
            .ConfigureWebHost(web => web
                .UseKestrel((context, kestrel) => kestrel.Configure(context.Configuration.GetSection("Kestrel")).Endpoint("Https", endpoint => endpoint.HttpsOptions.SslProtocols = SslProtocols.Tls12))
                .UseAeronetTransport()
                .Configure(app => app.Run(context => context.Response.WriteAsync(ConfiguredHost.Answer))))
            .Build();
        await host.StartAsync().OrTimeout("the start");
        var port = BindingAddress.Parse(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

        Assert.Equal(SslProtocols.Tls12, (await Peer.AskAsync(port)).Version);
        Assert.Equal("TlsFallback", Assert.Single(logs.From("Aeronet", LogLevel.Warning)).EventId.Name);
        await host.StopAsync().OrTimeout("the stop");
    }

    public void Dispose() => _files.Dispose();

    private IHost Web(string kind, string callback, CapturedLogs logs)
    {
        var options = new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"], EnvironmentName = Environments.Production };
        var builder = kind == "web" ? WebApplication.CreateBuilder(options) : WebApplication.CreateSlimBuilder(options);
        builder.Configuration.AddInMemoryCollection(Lines());
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(logs);
        if (kind == "slim")
            builder.WebHost.UseKestrelHttpsConfiguration();

        Apply(builder.WebHost, callback);
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(ConfiguredHost.Answer));
        return app;
    }

    private IHost Generic(string callback, CapturedLogs logs)
        => Host.CreateDefaultBuilder(["--hostBuilder:reloadConfigOnChange=false"])
            .ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(Lines()))
            .ConfigureLogging(logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(logs))
            .ConfigureWebHostDefaults(web =>
            {
                Apply(web, callback);
                web.Configure(app => app.Run(context => context.Response.WriteAsync(ConfiguredHost.Answer)));
            })
            .Build();

    private static void Apply(IWebHostBuilder web, string callback)
    {
        if (callback == "before")
            web.ConfigureKestrel(AddCallback);

        web.UseAeronetTransport();
        if (callback == "after")
            web.ConfigureKestrel(AddCallback);

        static void AddCallback(KestrelServerOptions kestrel)
            => kestrel.ConfigurationLoader!.Endpoint("Https", endpoint => endpoint.HttpsOptions.SslProtocols = SslProtocols.Tls12);
    }

    private IEnumerable<KeyValuePair<string, string?>> Lines() => ConfiguredHost.Parse($"""
        Kestrel:Endpoints:Https:Url=https://127.0.0.1:0
        Kestrel:Certificates:Default:Path={_files.WriteCertificate("c.pem", Certificates.Ecdsa)}
        Kestrel:Certificates:Default:KeyPath={_files.WriteKey("k.pem", Certificates.Ecdsa)}
        """);
}
