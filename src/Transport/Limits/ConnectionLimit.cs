namespace Aeronet.AspNetCore.Transport.Limits;

/// <summary>The limit that a connection met. In snake case these are the values of <c>aeronet.rejection.reason</c>.</summary>
internal enum ConnectionLimit
{
    None,

    /// <summary>As many connections are open as may be.</summary>
    Total,

    /// <summary>The client has as many open as it may.</summary>
    Client,
}
