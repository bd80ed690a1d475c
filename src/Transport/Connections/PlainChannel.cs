using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>The bytes as they are.</summary>
internal sealed unsafe class PlainChannel(SocketHandle socket) : ByteChannel
{
    internal override bool SendsFilesByKernel => true;

    internal override bool IsTls => false;

    internal override IoResult Receive(Span<byte> buffer, out bool mayHaveMore)
    {
        var result = socket.Receive(buffer);
        mayHaveMore = result.Bytes == buffer.Length;
        return result;
    }

    internal override IoResult Receive(Libc.IoVec* vectors, int count, out bool mayHaveMore)
    {
        var room = 0L;
        for (var i = 0; i < count; i++)
        {
            room += (long)vectors[i].Length;
        }

        var result = socket.Receive(vectors, count);
        mayHaveMore = result.Bytes == room;
        return result;
    }

    internal override IoResult Send(ReadOnlySpan<byte> buffer, bool more) => socket.Send(buffer, more);

    internal override IoResult Send(Libc.IoVec* vectors, int count, bool more) => socket.Send(vectors, count, more);

    internal override IoResult SendFile(SafeHandle file, long offset, long count) => socket.SendFile(file, offset, count);

    internal override IoResult SendEnd() => IoResult.FromBytes(0);
}
