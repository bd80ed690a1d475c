using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary>This middleware, under one of the servers.</summary>
internal sealed class OurSite : IAsyncDisposable
{
    private readonly TestSite _site;

    private OurSite(TestSite site, bool isVerbatim)
    {
        _site = site;
        Conformance = new ConformanceSite(site.Client, site.Root, isVerbatim);
    }

    public ConformanceSite Conformance { get; }

    public static async Task<OurSite> StartAsync(ServerKind server)
    {
        // Without a gap, or the parts of so small a file would all be one.
        var site = await TestSite.StartAsync(server, o => (o.Precompressed, o.RangeGap) = (["br", "zstd", "gzip"], 0));
        await ConformanceSite.FillAsync(site.Root);
        return new OurSite(site, server != ServerKind.TestServer);
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();
}
