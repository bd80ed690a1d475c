using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// The keys that all endpoints with the same settings share. A handshake reads them without a lock; a keeper in the background puts
/// others in their place by one write:
/// <code>
/// ITicketKeySource -> TicketKeyKeeper -> TicketKeyRing -> TicketCipher (for OpenSSL, in each handshake)
/// </code>
/// </summary>
/// <param name="rotation">How often another key becomes the current one; null where that is not the ring's to say.</param>
/// <param name="acceptedFor">How long a ticket's key is accepted at least; null where that is not the ring's to say.</param>
internal sealed class TicketKeyRing(TimeSpan? rotation, TimeSpan? acceptedFor) : IDisposable
{
    private volatile TicketKeyWindow? _window;

    internal TimeSpan? Rotation => rotation;

    internal TicketKeyWindow Window => _window!;

    /// <summary>Has the tickets of handshakes that begin with a context live so long, but no longer than their keys.</summary>
    internal void SetLifetime(nint context, TimeSpan wanted) =>
        _ = OpenSsl.SSL_CTX_set_timeout(context, (nint)(acceptedFor < wanted ? acceptedFor.Value : wanted).TotalSeconds);

    /// <summary>Takes other keys over and wipes those that are no longer among them. One thread at a time.</summary>
    /// <returns>Whether new tickets get another key than before.</returns>
    internal bool Replace(TicketKeyWindow window)
    {
        var last = _window;
        if (window == last)
        {
            return false;
        }

        _window = window;
        foreach (var key in last?.Keys ?? [])
        {
            DisposeUnless(window, key);
        }

        DisposeUnless(window, last?.Next);
        return window.Current != last?.Current;
    }

    internal IReadOnlyList<TlsTicketKeyStatus> Describe()
    {
        var window = Window;
        var all = window.Keys.Select((key, i) => new TlsTicketKeyStatus
        {
            CreatedAt = key.Created,
            Use = i == 0 ? TlsTicketKeyUse.Current : TlsTicketKeyUse.Accepted,
        });
        return [.. window.Next is { } next ? all.Append(new TlsTicketKeyStatus { CreatedAt = next.Created, Use = TlsTicketKeyUse.Next }) : all];
    }

    /// <summary>Wipes all of it. A handshake that is still under way gets no ticket.</summary>
    public void Dispose()
    {
        foreach (var key in _window?.Keys ?? [])
        {
            key.Dispose();
        }

        _window?.Next?.Dispose();
    }

    private static void DisposeUnless(TicketKeyWindow kept, TicketKey? key)
    {
        if (key is not null && !kept.Has(key))
        {
            key.Dispose();
        }
    }
}
