using System.Collections.Concurrent;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary>One site for each server, for all rules.</summary>
public sealed class ConformanceFixture : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ServerKind, Lazy<Task<OurSite>>> _sites = new();

    /// <summary>Stops the sites.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var site in _sites.Values)
        {
            await (await site.Value).DisposeAsync();
        }
    }

    internal Task<OurSite> GetAsync(ServerKind server)
        => _sites.GetOrAdd(server, kind => new Lazy<Task<OurSite>>(() => OurSite.StartAsync(kind))).Value;
}
