using System.Security.Cryptography;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// Keys derived from a shared secret and the clock by HKDF (RFC 5869) with SHA-256: servers with the same secret and the same rotation
/// have the same keys at the same time, and need not speak with each other. The next key is accepted already, from a clock that is ahead.
/// </summary>
internal sealed class SecretKeySource(SharedSecret secret, TimeSpan rotation, int window) : ITicketKeySource, IDisposable
{
    private readonly KeyEpochs _epochs = new(rotation, window);

    public string Name => "secret";

    public TicketKeyWindow Begin(DateTimeOffset now) => Take(null, now);

    public ValueTask<TicketKeyWindow> LookAsync(TicketKeyWindow inUse, DateTimeOffset now) =>
        ValueTask.FromResult(inUse.Current.Created == _epochs.BeginOf(_epochs.At(now)) ? inUse : Take(inUse, now));

    public TimeSpan LookAgainAfter(DateTimeOffset now) => _epochs.UntilNext(now);

    public void Dispose() => secret.Dispose();

    private TicketKeyWindow Take(TicketKeyWindow? inUse, DateTimeOffset now) =>
        new([.. _epochs.UsedAt(now).Select(epoch => Take(inUse, epoch))], Take(inUse, _epochs.At(now) + 1));

    private TicketKey Take(TicketKeyWindow? inUse, long epoch)
    {
        var begin = _epochs.BeginOf(epoch);
        return inUse?.Keys.Append(inUse.Next!).FirstOrDefault(key => key.Created == begin) ?? Derive(epoch, begin);
    }

    private TicketKey Derive(long epoch, DateTimeOffset begin)
    {
        Span<byte> key = stackalloc byte[TicketKey.Length];
        secret.Derive(FormattableString.Invariant($"aeronet tls ticket key 1: {rotation.Ticks} {epoch}"), key);
        try
        {
            return new TicketKey(key, begin);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
