using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Distributed;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// Random keys, one an epoch, in a cache that servers share. Whoever finds no key there puts one, and everybody takes what is there: a
/// cache has no "put if absent", so of two who put one the last counts, and the other sees so at its next look. The next epoch's key is
/// put a whole epoch ahead, when that is long settled.
/// <code>
/// nothing held -> put, unsettled (looks again soon) -> settled
/// cache down:     the keys held stay; where an epoch begins without one, a key of its own, which the cache's replaces when it is back
/// </code>
/// </summary>
internal sealed class CacheKeySource(IDistributedCache cache, CachedKeyFormat format, string prefix, TimeSpan rotation, int window, TimeSpan poll) : ITicketKeySource, IDisposable
{
    // A cache that does not answer is down, and its clients' own limits are longer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // In which another server that found nothing either has put its key too.
    private static readonly TimeSpan s_settles = TimeSpan.FromSeconds(1);

    private readonly KeyEpochs _epochs = new(rotation, window);
    private readonly Dictionary<long, TicketKey> _held = [];

    // Keys of our own that tickets were made with before the cache's was known.
    private readonly Dictionary<TicketKey, long> _own = [];
    private Task _lastCall = Task.CompletedTask;
    private bool _looked;
    private bool _isSettled;

    public string Name => "cache";

    public TicketKeyWindow Begin(DateTimeOffset now)
    {
        Invent(_epochs.At(now));
        return Describe(now);
    }

    public async ValueTask<TicketKeyWindow> LookAsync(TicketKeyWindow inUse, DateTimeOffset now)
    {
        var epoch = _epochs.At(now);
        Forget(epoch);
        string? problem = null;
        _looked = true;
        _isSettled = true;

        // The current one first, and each by itself: one that cannot be read, or not be written, keeps nobody from the others.
        foreach (var wanted in _epochs.UsedAt(now).Append(epoch + 1))
        {
            try
            {
                if (!_lastCall.IsCompleted)
                {
                    throw new TimeoutException("the call before has not ended yet");
                }

                await LookAsync(wanted, mayPut: wanted >= epoch).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                problem = e.Message;
                break;
            }
            catch (Exception e)
            {
                // Whatever a cache throws.
                problem ??= e is CryptographicException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            }
        }

        if (!_held.ContainsKey(epoch))
        {
            Invent(epoch);
        }

        var keys = Describe(now);
        keys = IsSame(keys, inUse) ? inUse : keys;
        return problem is null ? keys : throw new TicketKeyException($"{problem.ReplaceLineEndings(" ").TrimEnd('.')}. The keys in use stay, and keys of this process alone follow them.", keys);
    }

    public TimeSpan LookAgainAfter(DateTimeOffset now) =>
        !_looked ? TimeSpan.Zero
        : !_isSettled && s_settles < poll ? s_settles
        : _epochs.UntilNext(now) is var rest && rest < poll ? rest : poll;

    public void Dispose() => format.Dispose();

    private async Task LookAsync(long epoch, bool mayPut)
    {
        var entry = FormattableString.Invariant($"{prefix}:{(long)rotation.TotalSeconds}:{epoch}");
        var found = await CallAsync(cancel => cache.GetAsync(entry, cancel)).ConfigureAwait(false);
        if (found is not null)
        {
            Adopt(epoch, entry, found);
        }
        else if (mayPut)
        {
            if (!_held.TryGetValue(epoch, out var key))
            {
                _held[epoch] = key = TicketKey.Random(_epochs.BeginOf(epoch));
            }

            var value = format.Write(entry, key);

            // As long as tickets of it may be accepted, on whichever server, from whenever it was made.
            var kept = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = rotation * (window + 1) };
            await CallAsync(async cancel =>
            {
                await cache.SetAsync(entry, value, kept, cancel).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            _isSettled = false;
        }
    }

    private void Adopt(long epoch, string entry, byte[] value)
    {
        Span<byte> bytes = stackalloc byte[TicketKey.Length];
        try
        {
            format.Read(entry, value, bytes);
            if (!_held.TryGetValue(epoch, out var held))
            {
                _held[epoch] = new TicketKey(bytes, _epochs.BeginOf(epoch));
            }
            else if (!held.Is(bytes))
            {
                _held[epoch] = new TicketKey(bytes, _epochs.BeginOf(epoch));
                _own[held] = epoch;
            }
        }
        finally
        {
            // Not the value: it is the cache's own where it keeps what it was given (MemoryDistributedCache does).
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    // On the thread pool: a client of a cache may well connect before it awaits.
    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var token = patience.Token;
        var task = Task.Run(() => call(token), CancellationToken.None);
        _lastCall = task;
        try
        {
            return await task.WaitAsync(s_patience).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Nobody waits for its end.
            _ = task.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new TimeoutException($"the cache did not answer within {s_patience.TotalSeconds} s", e);
        }
    }

    private void Invent(long epoch) => _held[epoch] = TicketKey.Random(_epochs.BeginOf(epoch));

    private TicketKeyWindow Describe(DateTimeOffset now)
    {
        var used = _epochs.UsedAt(now).Where(_held.ContainsKey).Select(epoch => _held[epoch]);
        var own = _own.OrderByDescending(key => key.Value).Select(key => key.Key);
        return new([.. used.Concat(own).Take(TicketKeyWindow.MaxKeys)], _held.GetValueOrDefault(_epochs.At(now) + 1));
    }

    // The ring wipes them when it has the window without them.
    private void Forget(long epoch)
    {
        foreach (var old in _held.Keys.Where(old => !IsUsed(old, epoch)).ToArray())
        {
            _held.Remove(old);
        }

        foreach (var old in _own.Where(own => !IsUsed(own.Value, epoch)).Select(own => own.Key).ToArray())
        {
            _own.Remove(old);
        }
    }

    private bool IsUsed(long epoch, long current) => epoch > current - (window - 1) && epoch <= current + 1;

    private static bool IsSame(TicketKeyWindow keys, TicketKeyWindow inUse) => keys.Next == inUse.Next && keys.Keys.AsSpan().SequenceEqual(inUse.Keys);
}
