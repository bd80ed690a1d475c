using Aeronet.AspNetCore.Transport.Connections;

namespace Aeronet.AspNetCore.Transport.Draining;

/// <summary>How many connections there are of each kind.</summary>
internal readonly record struct ConnectionCensus(int Total, int Idle, int InRequest, int Upgraded, int Http2, int Other)
{
    internal static ConnectionCensus Of(IReadOnlyCollection<AeronetConnection> connections)
    {
        Span<int> counts = stackalloc int[5];
        foreach (var connection in connections)
        {
            counts[(int)connection.Kind]++;
        }

        return new(
            connections.Count, counts[(int)ConnectionKind.Idle], counts[(int)ConnectionKind.InRequest], counts[(int)ConnectionKind.Upgraded],
            counts[(int)ConnectionKind.Http2], counts[(int)ConnectionKind.Other]);
    }

    public override string ToString() => Total == 0
        ? "No connection is open"
        : FormattableString.Invariant($"Connections: {Total} ({Idle} idle, {InRequest} in a request, {Upgraded} upgraded such as WebSocket, {Http2} HTTP/2, {Other} other)");
}
