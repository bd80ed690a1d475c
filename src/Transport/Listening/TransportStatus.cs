using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>What the factory knows of its loops and listeners, for everybody.</summary>
internal sealed class TransportStatus(IEnumerable<IConnectionListenerFactory> transports) : IAeronetTransportStatus
{
    private readonly AeronetConnectionListenerFactory? _transport = transports.OfType<AeronetConnectionListenerFactory>().SingleOrDefault();

    public IReadOnlyList<AeronetLoopStatus> Loops => _transport?.DescribeLoops() ?? [];

    public bool IsAcceptPaused => _transport?.IsAcceptPaused ?? false;

    public bool IsStandbyScarce => _transport?.Standby is { IsScarce: true };

    public bool IsStandbyExhausted => _transport?.Standby is { IsExhausted: true };
}
