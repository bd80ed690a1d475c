namespace Aeronet.AspNetCore.StaticFiles.Listings.Requests;

/// <summary>What a directory is listed as.</summary>
internal enum IndexFormat
{
    /// <summary>text/html.</summary>
    Html,

    /// <summary>application/json.</summary>
    Json,

    /// <summary>text/plain.</summary>
    Text,
}
