using System.Buffers;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>
/// Tells a PROXY protocol header from its bytes (HAProxy's proxy-protocol.txt of 2020/03/05). What it says of some bytes it says of every stream
/// that begins with them, so that it is all the same in how many pieces a header comes.
/// </summary>
internal static class ProxyHeaderParser
{
    /// <summary>Reads the header at the beginning of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What was received so far.</param>
    /// <param name="maxLength">The longest header of version 2.</param>
    internal static ProxyParse Parse(in ReadOnlySequence<byte> bytes, int maxLength)
    {
        if (bytes.IsSingleSegment)
        {
            return Parse(bytes.FirstSpan, maxLength);
        }

        // A line is within this, and so is what says how long another header is.
        Span<byte> beginning = stackalloc byte[ProxyLine.MaxLength];
        var count = (int)Math.Min(bytes.Length, beginning.Length);
        bytes.Slice(0, count).CopyTo(beginning);
        var parsed = Parse(beginning[..count], maxLength);
        if (!parsed.IsIncomplete || bytes.Length == count)
        {
            return parsed;
        }

        var length = ProxyBlock.LengthOf(beginning);
        return bytes.Length < length ? ProxyParse.Incomplete : Parse(bytes.Slice(0, length).ToArray(), maxLength);
    }

    internal static ProxyParse Parse(ReadOnlySpan<byte> bytes, int maxLength) => bytes switch
    {
        [] => ProxyParse.Incomplete,
        [(byte)'P', ..] => ProxyLine.Parse(bytes),
        _ => ProxyBlock.Parse(bytes, maxLength),
    };
}
