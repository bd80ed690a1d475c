namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>What became of a preflight. Checked in this order.</summary>
internal enum PreflightResult
{
    Allowed,
    OriginNotAllowed,
    PrivateNetworkNotAllowed,
    MethodNotAllowed,
    HeaderNotAllowed,

    /// <summary>The endpoint has no policy.</summary>
    Disabled,
}
