using System.Net;
using Aeronet.AspNetCore.Transport.Hosting;
using Aeronet.AspNetCore.Transport.Listening;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Transport.Tests.Configuration;

/// <summary>One line more in an application, wherever it stands.</summary>
public sealed class RegistrationTests
{
    [Theory]
    [InlineData("twice")]
    [InlineData("before UseKestrel")]
    [InlineData("after UseKestrel")]
    [InlineData("after UseSockets")]
    [InlineData("before UseSockets")]
    [InlineData("before ConfigureKestrel")]
    public async Task UseAeronetTransport_AnyOrder_IsInCharge(string order)
    {
        var builder = CreateBuilder();
        switch (order)
        {
            case "twice":
                builder.WebHost.UseAeronetTransport().UseAeronetTransport(_ => { });
                break;
            case "before UseKestrel":
                builder.WebHost.UseAeronetTransport().UseKestrel();
                break;
            case "after UseKestrel":
                builder.WebHost.UseKestrel().UseAeronetTransport();
                break;
            case "after UseSockets":
                builder.WebHost.UseSockets().UseAeronetTransport();
                break;
            case "before UseSockets":
                // It only adds its factory where there is none.
                builder.WebHost.UseAeronetTransport().UseSockets();
                break;
            default:
                builder.WebHost.UseAeronetTransport().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
                break;
        }

        Assert.Equal("aeronet", await AskAsync(builder));
    }

    [Fact]
    public async Task UseAeronetTransport_Twice_RegistersEverythingOnce()
    {
        var builder = CreateBuilder();
        builder.WebHost.UseAeronetTransport();
        builder.WebHost.UseAeronetTransport(_ => { });
        builder.WebHost.UseAeronetTransport();
        await using var app = builder.Build();

        var factories = app.Services.GetServices<IConnectionListenerFactory>().ToArray();
        Assert.Single(factories.OfType<AeronetConnectionListenerFactory>());
        Assert.Single(factories.OfType<SocketTransportFactory>());
        Assert.IsType<AeronetConnectionListenerFactory>(factories[^1]);
        Assert.Single(app.Services.GetServices<IStartupFilter>().OfType<RequestHookStartupFilter>());
    }

    [Fact]
    public async Task MultiplexedFactories_OfHttp3_AreUntouched()
    {
        var without = CreateBuilder();
        without.WebHost.UseKestrel();
        var with = CreateBuilder();
        with.WebHost.UseKestrel().UseAeronetTransport();
        await using var plain = without.Build();
        await using var ours = with.Build();

        Assert.Equal(
            plain.Services.GetServices<IMultiplexedConnectionListenerFactory>().Select(f => f.GetType()),
            ours.Services.GetServices<IMultiplexedConnectionListenerFactory>().Select(f => f.GetType()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EndpointTypeOfAnotherFactory_GoesThere(bool registeredFirst)
    {
        var builder = CreateBuilder();
        if (registeredFirst)
            builder.Services.AddSingleton<IConnectionListenerFactory, OtherFactory>();

        builder.WebHost.UseAeronetTransport();
        if (!registeredFirst)
            builder.Services.AddSingleton<IConnectionListenerFactory, OtherFactory>();

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(new OtherEndPoint());
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using var app = builder.Build();
        await app.StartAsync().OrTimeout("the start");

        var other = app.Services.GetServices<IConnectionListenerFactory>().OfType<OtherFactory>().Single();
        Assert.IsType<OtherEndPoint>(Assert.Single(other.Bound));
        await app.StopAsync().OrTimeout("the stop");
    }

    [Fact]
    public async Task EndpointTypeOfNobody_KestrelSaysSo()
    {
        var builder = CreateBuilder();
        builder.WebHost.UseAeronetTransport();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(new OtherEndPoint()));
        await using var app = builder.Build();

        await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
    }

    [Fact]
    public async Task EmptyBuilder_KestrelCoreOnly_Works()
    {
        // No logging, no configuration sources, no defaults.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseAeronetTransport();
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        Assert.Equal("aeronet", await AskAsync(builder));
    }

    [Fact]
    public async Task TestServer_InsteadOfKestrel_BypassesTheTransport()
    {
        var builder = CreateBuilder();
        builder.WebHost.UseAeronetTransport().UseTestServer();
        await using var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        using var client = app.GetTestClient();

        Assert.Equal("sockets", await client.GetStringAsync("/"));
    }

    [Fact]
    public void UseAeronetTransport_NullArguments_Throw()
    {
        var builder = CreateBuilder();
        Assert.Throws<ArgumentNullException>(() => ((IWebHostBuilder)null!).UseAeronetTransport());
        Assert.Throws<ArgumentNullException>(() => ((IWebHostBuilder)null!).UseAeronetTransport(_ => { }));
        Assert.Throws<ArgumentNullException>(() => builder.WebHost.UseAeronetTransport(null!));
    }

    [Fact]
    public async Task Epoll_RefusedByTheKernel_OneWarningAndKestrelsTransportServes()
    {
        var strace = ExternalTool.Require("strace");
        var log = Path.GetTempFileName();
        try
        {
            await using var server = ChildProcess.Start(
                ChildRoles.PlainServer, [], strace.FullPath, "-f", "-qq", "-o", log, "-e", "trace=epoll_create1", "-e", "inject=epoll_create1:error=ENOSYS:when=1");
            if (await server.TryReadLineAsync("the server to start") is not { } address)
            {
                Assert.Skip($"strace cannot trace here: {(await server.EndAsync()).Errors.ReplaceLineEndings(" ")}");
                return;
            }

            using (var client = await RawClient.ConnectAsync(IPEndPoint.Parse(new Uri(address).Authority)))
                Assert.Equal("sockets", (await client.GetAsync()).Text);

            var (code, errors) = await server.EndAsync();
            Assert.Equal(0, code);
            Assert.Equal(
                "Warning: The Aeronet transport is not available (epoll is refused with errno 38); Kestrel's sockets transport serves instead.",
                Assert.Single(errors.Split('\n'), line => line.StartsWith("Warning", StringComparison.Ordinal)));
        }
        finally
        {
            File.Delete(log);
        }
    }

    internal static Task AnswerAsync(HttpContext context) => context.Response.WriteAsync(
        context.Features.Get<IHttpResponseBodyFeature>() is IHttpFileRegionFeature ? "aeronet" : "sockets");

    private static WebApplicationBuilder CreateBuilder() => ConfiguredOptions.CreateBuilder();

    private static async Task<string> AskAsync(WebApplicationBuilder builder)
    {
        await using var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync().OrTimeout("the start");
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        using var client = await RawClient.ConnectAsync(IPEndPoint.Parse(new Uri(address).Authority));
        var answer = (await client.GetAsync()).Text;
        await app.StopAsync().OrTimeout("the stop");
        return answer;
    }

    private sealed class OtherEndPoint : EndPoint
    {
        public override string ToString() => "other";
    }

    private sealed class OtherFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
    {
        internal List<EndPoint> Bound { get; } = [];

        public bool CanBind(EndPoint endpoint) => endpoint is OtherEndPoint;

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            Bound.Add(endpoint);
            return new ValueTask<IConnectionListener>(new OtherListener(endpoint));
        }
    }

    private sealed class OtherListener(EndPoint endPoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endPoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(_end.Task);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _end.TrySetResult(null);
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
