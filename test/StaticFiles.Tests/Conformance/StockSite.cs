using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary><c>UseDefaultFiles</c> and <c>UseStaticFiles</c> of ASP.NET Core on Kestrel's own transport.</summary>
internal sealed class StockSite : IAsyncDisposable
{
    private readonly DirectoryInfo _base = Directory.CreateTempSubdirectory("aeronet-stock-");
    private KestrelHost? _host;
    private HttpClient? _client;

    private StockSite()
    {
    }

    public ConformanceSite Conformance { get; private set; } = null!;

    public static async Task<StockSite> StartAsync()
    {
        var site = new StockSite();
        var root = Path.Combine(site._base.FullName, "www");
        Directory.CreateDirectory(root);
        await ConformanceSite.FillAsync(root);
        var provider = new PhysicalFileProvider(root);
        site._host = await KestrelHost.StartAsync(TransportKind.Sockets, new KestrelHostOptions
        {
            LogLevel = LogLevel.Warning,
            App = app => app
                .UseDefaultFiles(new DefaultFilesOptions { FileProvider = provider })
                .UseStaticFiles(new StaticFileOptions { FileProvider = provider }),
        });
        site._client = site._host.CreateHttpClient();
        site.Conformance = new ConformanceSite(site._client, root, isVerbatim: true);
        return site;
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _base.Delete(recursive: true);
    }
}
