namespace Aeronet.AspNetCore.Transport.Tests.Prices;

/// <summary>
/// What a request, or a whole connection with its one request, costs the server, one after the other on one loop. To be tightened whenever less
/// is paid; docs/performance.md has the same beside nginx.
/// </summary>
internal static class PriceList
{
    // The mark itself, Kestrel's heartbeat and the pool's gate thread make some thirty calls, of 200 units.
    internal const double CallSlack = 0.25;

    // Theirs too: 200 units of a row that allocates nothing come to 1 to 8 bytes each.
    internal const double ByteSlack = 16;

    internal static readonly Price KeptAlive = new(Calls: 2, Waits: 1.5, Bytes: 0);
    internal static readonly Price TlsKeptAlive = new(Calls: 2, Waits: 1.5, Bytes: 0);
    internal static readonly Price Http2 = new(Calls: 2, Waits: 4, Bytes: 0);
    internal static readonly Price File = new(Calls: 4, Waits: 1.5, Bytes: 0);
    internal static readonly Price TlsFile = new(Calls: 10, Waits: 1.5, Bytes: 0);

    // A quarter of a call is malloc's (mprotect, madvise); 3 in 100 bytes are left to what pools have at hand.
    internal static readonly Price Reconnect = new(Calls: 5.5, Waits: 6, Bytes: 6500);
    internal static readonly Price ProxiedReconnect = new(Calls: 5.5, Waits: 6, Bytes: 6700);
    internal static readonly Price TlsFull = new(Calls: 8.75, Waits: 14, Bytes: 8600);
    internal static readonly Price TlsResumed = new(Calls: 8.75, Waits: 14, Bytes: 8700);
}
