namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>The state of an endpoint that its next handshake takes: one reference, replaced by one write. Any thread.</summary>
/// <param name="first">Makes the first one, when it is first wanted: before that the endpoint's protocols are not known.</param>
internal sealed class TlsStateHolder(Func<TlsState> first)
{
    private readonly Lock _making = new();
    private volatile TlsState? _current;

    internal TlsState Take() => _current ?? MakeFirst();

    internal void Replace(TlsState next) => _current = next;

    private TlsState MakeFirst()
    {
        lock (_making)
        {
            return _current ??= first();
        }
    }
}
