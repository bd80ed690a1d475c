using System.Diagnostics;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary>nginx, as Debian packages it, with what it has for static files turned on.</summary>
internal sealed class NginxSite : IAsyncDisposable
{
    private readonly DirectoryInfo _base = Directory.CreateTempSubdirectory("aeronet-nginx-");
    private Process? _process;
    private HttpClient? _client;

    private NginxSite()
    {
    }

    public ConformanceSite Conformance { get; private set; } = null!;

    /// <summary>For example <c>nginx/1.22.1</c>.</summary>
    public static async Task<string> GetVersionAsync(ExternalTool nginx)
        => (await nginx.RunAsync("-v")).Error.Split(':', StringSplitOptions.TrimEntries)[^1];

    public static async Task<NginxSite> StartAsync(ExternalTool nginx)
    {
        var site = new NginxSite();
        var folder = site._base.FullName;
        var root = Path.Combine(folder, "www");
        Directory.CreateDirectory(root);
        await ConformanceSite.FillAsync(root);

        // Its workers are other users where the tests run as root.
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        var port = TestPorts.Next();
        var configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off; worker_processes 1; pid {{folder}}/nginx.pid; error_log {{folder}}/error.log;
            events { }
            http {
              include /etc/nginx/mime.types; charset utf-8; access_log off; sendfile on; gzip_static on;
              client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
              server { listen 127.0.0.1:{{port}}; root {{root}}; index index.html; }
            }
            """);
        site._process = Process.Start(new ProcessStartInfo(nginx.FullPath, ["-c", configuration, "-e", Path.Combine(folder, "error.log")]))!;
        site._client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        site.Conformance = new ConformanceSite(site._client, root, isVerbatim: true);
        await site.WaitUntilUpAsync();
        return site;
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _base.Delete(recursive: true);
    }

    private async Task WaitUntilUpAsync()
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(20))
        {
            try
            {
                await _client!.GetAsync("/ten.txt");
                return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(start) < TaskTimeoutExtensions.DefaultTimeout)
            {
                // Not listening yet.
            }
        }
    }
}
