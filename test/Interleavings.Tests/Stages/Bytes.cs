namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>Which byte stands where in a stream, so that one that is lost, sent twice or out of order shows.</summary>
internal static class Bytes
{
    internal static byte At(long position) => (byte)((position * 167) ^ (position >> 7));

    internal static void Fill(Span<byte> bytes, long position)
    {
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = At(position + i);
    }

    /// <summary>Where the first wrong one lies; -1 when all are right.</summary>
    internal static long FirstWrong(ReadOnlySpan<byte> bytes, long position)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != At(position + i))
                return position + i;
        }

        return -1;
    }
}
