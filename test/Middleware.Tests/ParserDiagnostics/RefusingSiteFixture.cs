namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>One <see cref="RefusingSite"/> for the tests of a class.</summary>
public sealed class RefusingSiteFixture : IAsyncLifetime
{
    private Task<RefusingSite>? _site;

    public Task<RefusingSite> SiteAsync() => _site!;

    public ValueTask InitializeAsync()
    {
        _site = RefusingSite.StartAsync();
        return new ValueTask(_site);
    }

    public async ValueTask DisposeAsync() => await (await _site!).DisposeAsync();
}
