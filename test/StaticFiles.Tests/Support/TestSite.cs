using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>A directory of files, one beside it that must never be served, and a server with the middleware.</summary>
internal sealed class TestSite : IAsyncDisposable
{
    private static readonly X509Certificate2 Certificate = TestCertificate.Create();

    // Longer than the tick within which two changes have one time.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(40);

    private readonly DirectoryInfo _base = Directory.CreateTempSubdirectory("aeronet-files-");
    private KestrelHost? _host;
    private long _lastWrite;
    private bool _isInMemory;

    private TestSite() => Directory.CreateDirectory(Root);

    /// <summary>The directory served.</summary>
    public string Root => Path.Combine(_base.FullName, "www");

    public KestrelHost Host => _host!;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Starts a site.</summary>
    /// <param name="server">The server.</param>
    /// <param name="options">Changes the middleware's options.</param>
    /// <param name="before">Adds to the pipeline before the middleware.</param>
    /// <param name="services">Adds services.</param>
    /// <param name="builder">Changes the application's builder; its second argument is the root.</param>
    public static async Task<TestSite> StartAsync(
        ServerKind server,
        Action<AeronetStaticFileOptions>? options = null,
        Action<WebApplication>? before = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplicationBuilder, string>? builder = null)
    {
        var site = new TestSite();
        try
        {
            await site.StartHostAsync(server, new KestrelHostOptions
            {
                Builder = application =>
                {
                    services?.Invoke(application.Services);
                    builder?.Invoke(application, site.Root);
                    if (server == ServerKind.TestServer)
                    {
                        application.WebHost.UseTestServer();
                    }
                },
                App = app =>
                {
                    before?.Invoke(app);
                    app.UseAeronetStaticFiles(o =>
                    {
                        o.Root = site.Root;
                        options?.Invoke(o);
                    });
                    app.Run(EndOfPipeline);
                },
            });
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Writes a file below the root, or beside it with a path that begins with "../". It is made a minute older than it is, and the next
    /// request waits for the kernel's clock to pass the change: what has just been changed gets no strong validator.
    /// </summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));
        _lastWrite = Stopwatch.GetTimestamp();
        return path;
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Makes a symbolic link.</summary>
    public void Link(string name, string target) => File.CreateSymbolicLink(PathOf(name), target);

    public string PathOf(string name) => Path.GetFullPath(Path.Combine(Root, name));

    public Task<Answer> GetAsync(string target, params string[] headers) => SendAsync(HttpMethod.Get, target, headers);

    /// <summary>Asks again until the answer is as wanted.</summary>
    public async Task<Answer> GetUntilAsync(string target, Func<Answer, bool> isWanted, params string[] headers)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await GetAsync(target, headers);
            if (isWanted(answer))
            {
                return answer;
            }

            Assert.True(Stopwatch.GetElapsedTime(start) < TaskTimeoutExtensions.DefaultTimeout, $"{target} is still {answer.Status} {answer.Text}");
            await Task.Delay(20);
        }
    }

    /// <summary>Sends the target as it is, except to TestServer.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string target, params string[] headers)
    {
        if (_lastWrite != 0 && Settling - Stopwatch.GetElapsedTime(_lastWrite) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left);
        }

        // TestServer takes no other kind of Uri than the normalised one.
        return await Answer.RequestAsync(Client, method, target, verbatim: !_isInMemory, headers);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _base.Delete(recursive: true);
    }

    private static Task EndOfPipeline(HttpContext context)
    {
        if (context.GetEndpoint()?.RequestDelegate is { } endpoint)
        {
            return endpoint(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.Headers["X-Next"] = "yes";
        return Task.CompletedTask;
    }

    private async Task StartHostAsync(ServerKind server, KestrelHostOptions options)
    {
        _isInMemory = server == ServerKind.TestServer;
        options.Listen = server switch
        {
            ServerKind.Http2 => listen => listen.Protocols = HttpProtocols.Http2,
            ServerKind.Https => listen => listen.UseHttps(Certificate),
            ServerKind.Tls => listen => UseTls(listen, HttpProtocols.Http1, KtlsMode.Disabled),
            ServerKind.TlsHttp2 => listen => UseTls(listen, HttpProtocols.Http1AndHttp2, KtlsMode.Disabled),
            ServerKind.KernelTls => listen => UseTls(listen, HttpProtocols.Http1, KtlsMode.Required),
            _ => null,
        };
        _host = await KestrelHost.StartAsync(server == ServerKind.Sockets ? TransportKind.Sockets : TransportKind.Aeronet, options);
        Client = _isInMemory
            ? ((TestServer)_host.Services.GetRequiredService<IServer>()).CreateClient()
            : _host.CreateHttpClient(
                server is ServerKind.Http2 or ServerKind.TlsHttp2 ? HttpVersion.Version20 : null,
                server is ServerKind.Https or >= ServerKind.Tls ? Certificate : null);
    }

    private static void UseTls(ListenOptions listen, HttpProtocols protocols, KtlsMode mode)
    {
        listen.Protocols = protocols;
        listen.UseAeronetTls(options =>
        {
            options.Certificates.Add(Certificate);
            options.Ktls = mode;
        });
    }
}
