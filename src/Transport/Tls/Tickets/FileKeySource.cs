using System.Security.Cryptography;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// Keys in files as nginx's (<c>ssl_session_ticket_key</c>), one key a file: new tickets get the first, all are accepted. They are read again
/// when they change, by content, so that a swapped link of a mounted secret counts as well as a file that was written anew.
/// </summary>
internal sealed class FileKeySource(IReadOnlyList<string> paths, TimeSpan poll) : ITicketKeySource
{
    // A file that is being written may look like another kind of key for a moment; two files of one change are not swapped at once.
    private static readonly TimeSpan s_settles = TimeSpan.FromSeconds(1);

    private byte[]? _seen;

    public string Name => "file";

    public TicketKeyWindow Begin(DateTimeOffset now) => Use(ReadAll(), null, now);

    public ValueTask<TicketKeyWindow> LookAsync(TicketKeyWindow inUse, DateTimeOffset now)
    {
        byte[][] keys;
        try
        {
            keys = ReadAll();
        }
        catch (InvalidOperationException e)
        {
            _seen = null;
            throw new TicketKeyException($"{e.Message} The keys in use stay.", inner: e);
        }

        if (keys.Length == inUse.Keys.Length && keys.Zip(inUse.Keys).All(pair => pair.Second.Is(pair.First)))
        {
            _seen = null;
            Wipe(keys);
            return ValueTask.FromResult(inUse);
        }

        var seen = Digest(keys);
        if (_seen?.AsSpan().SequenceEqual(seen) == true)
        {
            _seen = null;
            return ValueTask.FromResult(Use(keys, inUse, now));
        }

        _seen = seen;
        Wipe(keys);
        return ValueTask.FromResult(inUse);
    }

    public TimeSpan LookAgainAfter(DateTimeOffset now) => _seen is null || poll < s_settles ? poll : s_settles;

    // All of them, or none that is left behind.
    private byte[][] ReadAll()
    {
        var keys = new List<byte[]>(paths.Count);
        try
        {
            foreach (var path in paths)
            {
                keys.Add(TicketKeyFile.Read(path));
            }

            return [.. keys];
        }
        catch
        {
            Wipe(keys);
            throw;
        }
    }

    private static TicketKeyWindow Use(byte[][] keys, TicketKeyWindow? inUse, DateTimeOffset now)
    {
        var window = new TicketKeyWindow([.. keys.Select(bytes => inUse?.Keys.FirstOrDefault(key => key.Is(bytes)) ?? new TicketKey(bytes, now))]);
        Wipe(keys);
        return window;
    }

    private static byte[] Digest(byte[][] keys)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var key in keys)
        {
            hash.AppendData(key);
        }

        return hash.GetHashAndReset();
    }

    private static void Wipe(IEnumerable<byte[]> keys)
    {
        foreach (var key in keys)
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
