namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// The keys of a moment. Never changed: a <see cref="TicketKeyRing"/> has another one in its place.
/// <code>
/// Keys:  current, 1 older, 2 older, ..., then Next: a key that others may already issue by a clock that is ahead
/// </code>
/// </summary>
/// <param name="keys">The one that new tickets get, then those whose tickets are still accepted, the youngest first.</param>
/// <param name="next">A key that will be the current one, whose tickets are accepted already; null for none.</param>
internal sealed class TicketKeyWindow(TicketKey[] keys, TicketKey? next = null)
{
    /// <summary>How many keys there may be, which bounds the search for each ticket.</summary>
    internal const int MaxKeys = 32;

    internal TicketKey[] Keys => keys;

    internal TicketKey? Next => next;

    internal TicketKey Current => keys[0];

    /// <summary>The key of a ticket, and which that is.</summary>
    internal TicketKey? Find(UInt128 name, out TicketUse use)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i].IsNamed(name))
            {
                use = TicketUse.Current + i;
                return keys[i];
            }
        }

        var isNext = next?.IsNamed(name) == true;
        use = isNext ? TicketUse.Next : TicketUse.Unknown;
        return isNext ? next : null;
    }

    internal bool Has(TicketKey key) => key == next || Array.IndexOf(keys, key) >= 0;
}
