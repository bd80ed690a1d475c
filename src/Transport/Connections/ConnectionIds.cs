namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>Connection ids as Kestrel writes them: thirteen base-32 digits of a number that starts at the time of day.</summary>
internal static class ConnectionIds
{
    private static long s_last = DateTime.UtcNow.Ticks;

    internal static string Next() => string.Create(13, Interlocked.Increment(ref s_last), static (digits, id) =>
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            digits[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUV"[(int)id & 31];
            id >>= 5;
        }
    });
}
