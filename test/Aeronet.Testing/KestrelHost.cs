using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aeronet.Testing;

/// <summary>
/// A running ASP.NET Core application on real sockets, over the transport a test asks for. The options of the Aeronet transport can be
/// overridden from the environment (<c>Aeronet__Transport__Dispatch=ThreadPool</c>) to run a suite in another mode.
/// </summary>
public sealed class KestrelHost : IAsyncDisposable
{
    private const int LinesShownOnFailure = 200;

    private readonly WebApplication _app;
    private bool _stopped;

    private KestrelHost(WebApplication app, TransportKind transport, CapturedLogs logs, MetricTotals metrics)
    {
        _app = app;
        Transport = transport;
        Logs = logs;
        Metrics = metrics;
    }

    /// <summary>The transport in use.</summary>
    public TransportKind Transport { get; }

    /// <summary>What the host logged.</summary>
    public CapturedLogs Logs { get; }

    /// <summary>What the host's meters recorded.</summary>
    public MetricTotals Metrics { get; }

    /// <summary>The application's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The addresses as Kestrel shows them, such as <c>http://127.0.0.1:41234</c>.</summary>
    public IReadOnlyList<string> Addresses
        => [.. Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];

    /// <summary>The ports of the TCP endpoints, in order.</summary>
    public IReadOnlyList<int> Ports
        => [.. Addresses.Select(BindingAddress.Parse).Where(a => !a.IsUnixPipe).Select(a => a.Port)];

    /// <summary>The first TCP port.</summary>
    public int Port => Ports[0];

    /// <summary>The first TCP endpoint, by its loopback address.</summary>
    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <summary>Starts an application of one handler on 127.0.0.1.</summary>
    public static Task<KestrelHost> StartAsync(TransportKind transport, RequestDelegate handler)
        => StartAsync(transport, new KestrelHostOptions { App = app => app.Run(handler) });

    /// <summary>Starts an application.</summary>
    public static async Task<KestrelHost> StartAsync(TransportKind transport, KestrelHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var logs = new CapturedLogs();
        var app = Build(transport, options, logs);
        var metrics = new MetricTotals(app.Services);
        var host = new KestrelHost(app, transport, logs, metrics);
        try
        {
            options.App?.Invoke(app);
            await app.StartAsync().OrTimeout("the server to start").ConfigureAwait(false);
            return host;
        }
        catch
        {
            host._stopped = true;
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops gracefully, within the host's shutdown timeout.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        _stopped = true;
        await _app.StopAsync(cancellationToken).OrTimeout("the server to stop").ConfigureAwait(false);
    }

    /// <summary>
    /// Stops, and says that the time for it is up as soon as the server takes no connections any more, so that what is in flight is aborted.
    /// </summary>
    public async Task StopUntilTimeIsUpAsync()
    {
        using var timeIsUp = new CancellationTokenSource();
        var stopping = StopAsync(timeIsUp.Token);
        await RefusesAsync().ConfigureAwait(false);
        await timeIsUp.CancelAsync().ConfigureAwait(false);

        try
        {
            await stopping.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException)
        {
            // Whether the host reports that is up to it.
        }
    }

    /// <summary>Waits until the first TCP endpoint takes no connections any more.</summary>
    public async Task RefusesAsync()
    {
        var endPoint = EndPoint;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TaskTimeoutExtensions.DefaultTimeout)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(endPoint).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
            {
                // Queued by the kernel just before the listening socket was closed.
            }

            await Task.Delay(5).ConfigureAwait(false);
        }

        throw new TimeoutException($"{endPoint} still accepts connections.");
    }

    /// <summary>Connects a raw socket to the first TCP endpoint.</summary>
    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(EndPoint);

    /// <summary>A client of the first TCP endpoint, with connections of its own.</summary>
    /// <param name="version">The only HTTP version it speaks; 1.1 if not given.</param>
    /// <param name="trusted">The server's certificate, if the endpoint is an https one.</param>
    public HttpClient CreateHttpClient(Version? version = null, X509Certificate2? trusted = null)
        => new(CreateHttpHandler(trusted))
        {
            BaseAddress = new Uri($"{(trusted is null ? "http" : "https")}://127.0.0.1:{Port}"),
            DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TaskTimeoutExtensions.DefaultTimeout,
        };

    /// <summary>The handler under <see cref="CreateHttpClient"/>, for clients that build on one.</summary>
    public static SocketsHttpHandler CreateHttpHandler(X509Certificate2? trusted = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        if (trusted is not null)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => trusted.Equals(certificate);

        return handler;
    }

    /// <summary>
    /// Stops the server and shows its log with the test's output. Throws if the Aeronet transport logged an error: it has no business to.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_stopped)
                await StopAsync().ConfigureAwait(false);

            await _app.DisposeAsync().AsTask().OrTimeout("the server to be disposed").ConfigureAwait(false);
        }
        finally
        {
            Metrics.Dispose();
            ShowLogs();
        }

        // What is wrong with the certificates of a test is the test's own business.
        var errors = Logs.From("Aeronet.AspNetCore", LogLevel.Error).Where(e => e.EventId.Name is not ("CertificateRevoked" or "MustStapleMissing")).ToArray();
        if (errors.Length > 0)
        {
            var lines = errors.Select(e => e.ToString()).Prepend("The transport logged errors:");
            throw new InvalidOperationException(string.Join(Environment.NewLine, lines));
        }
    }

    private static WebApplication Build(TransportKind transport, KestrelHostOptions options, CapturedLogs logs)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
            // Watching configuration files takes an inotify instance per host, of which a user has 128.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(logs);
        builder.Logging.SetMinimumLevel(options.LogLevel);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services.AddMetrics();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Kestrel answers 408 where a body stands still for 5 s, and a busy machine may keep a client from sending for that long.
            kestrel.Limits.MinRequestBodyDataRate = null;
            if (options.DefaultEndpoint)
                kestrel.Listen(IPAddress.Loopback, 0, listen => options.Listen?.Invoke(listen));

            options.Kestrel?.Invoke(kestrel);
        });
        if (transport == TransportKind.Aeronet)
            builder.WebHost.UseAeronetTransport(o => options.Transport?.Invoke(o));

        options.Builder?.Invoke(builder);
        return builder.Build();
    }

    private void ShowLogs()
    {
        var output = TestContext.Current.TestOutputHelper;
        if (output is null)
            return;

        var entries = Logs.Entries;
        output.WriteLine($"{Transport} transport, last {Math.Min(entries.Count, LinesShownOnFailure)} of {entries.Count} log messages:");
        foreach (var entry in entries.TakeLast(LinesShownOnFailure))
            output.WriteLine(entry.ToString());
    }
}
