using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>The keys of one endpoint's tickets: had when a host of it first gives tickets, by its settings of then, and the same until the server stops.</summary>
/// <param name="rings">Those of the application.</param>
/// <param name="contentRoot">Where relative paths begin.</param>
internal sealed class EndpointTicketKeys(TicketKeyRings rings, string contentRoot)
{
    private readonly Lock _gate = new();
    private volatile TicketKeyRing? _ring;

    /// <summary>Null as long as no host has given tickets.</summary>
    internal TicketKeyRing? Ring => _ring;

    /// <exception cref="InvalidOperationException">There are no keys to begin with; the message names option, value and remedy.</exception>
    internal TicketKeyRing Take(TlsSettings settings)
    {
        lock (_gate)
        {
            return _ring ??= rings.For(settings, contentRoot);
        }
    }
}
