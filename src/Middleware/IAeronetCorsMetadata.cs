namespace Aeronet.AspNetCore.Middleware;

/// <summary>Endpoint metadata that says which CORS policy of <see cref="AeronetCorsOptions"/> an endpoint has.</summary>
public interface IAeronetCorsMetadata
{
    /// <summary>The policy's name; <see langword="null"/> for the default one.</summary>
    string? PolicyName { get; }

    /// <summary>Whether the endpoint takes no part in CORS at all.</summary>
    bool IsDisabled { get; }
}
