using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.Middleware.Tests.Support;

/// <summary>How a <see cref="TestSite"/> is set up.</summary>
internal sealed class SiteOptions
{
    /// <summary>Configuration, by whole keys.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Adds services and the like.</summary>
    public Action<WebApplicationBuilder>? Builder { get; init; }

    /// <summary>Builds the pipeline; what reaches its end is answered with 200 and "served".</summary>
    public required Action<WebApplication> App { get; init; }

    /// <summary>Whether the pipeline ends with "served", and so before endpoints that were mapped.</summary>
    public bool EndsWithServed { get; init; } = true;

    /// <summary>Https endpoints beside the http one. Not for the in-memory server.</summary>
    public int HttpsEndpoints { get; init; }
}
