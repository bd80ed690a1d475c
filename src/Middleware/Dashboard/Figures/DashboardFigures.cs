using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Everything the dashboard shows, as of one time. What a server does not tell is null.</summary>
internal sealed record DashboardFigures
{
    /// <summary>When they were read.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Since when is counted.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Over how many seconds rates are; null when these are the first figures.</summary>
    public required double? Interval { get; init; }

    /// <summary>How many pages are open.</summary>
    public required int Viewers { get; init; }

    public required ProcessFigures Process { get; init; }

    public required RequestFigures Requests { get; init; }

    public required ConnectionFigures? Connections { get; init; }

    public required ByteFigures? Bytes { get; init; }

    public required IReadOnlyList<LoopFigures>? Loops { get; init; }

    public required FileFigures? Files { get; init; }

    public required HandshakeFigures? Handshakes { get; init; }

    public required KernelTlsFigures? KernelTls { get; init; }

    /// <summary>The endpoints of the transport's TLS with their certificates and ticket keys; null where it is not used.</summary>
    public required IReadOnlyList<TlsEndpointStatus>? TlsEndpoints { get; init; }
}
