using System.Buffers;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>Bytes as they come from a socket, in pieces.</summary>
internal static class Pieces
{
    /// <summary>Cuts bytes where it is said; what is beyond the end cuts nothing.</summary>
    internal static ReadOnlySequence<byte> Of(byte[] bytes, params ReadOnlySpan<int> cuts)
    {
        Piece? first = null;
        Piece? last = null;
        var from = 0;
        foreach (var cut in (int[])[.. cuts, bytes.Length])
        {
            var to = Math.Clamp(cut, from, bytes.Length);
            last = new Piece(bytes.AsMemory(from, to - from), last);
            first ??= last;
            from = to;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            RunningIndex = before is null ? 0 : before.RunningIndex + before.Memory.Length;
            if (before is not null)
                before.Next = this;
        }
    }
}
