using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>
/// A connection's bytes through TLS. Where the kernel encrypts, plain bytes and files go straight to the socket; otherwise
/// they are gathered into whole records, because each record costs a system call.
/// </summary>
/// <param name="session">The session, whose handshake is complete.</param>
/// <param name="socket">The socket it is bound to.</param>
/// <param name="owner">Hears of what the session cannot do by itself.</param>
internal sealed unsafe class TlsChannel(SslSession session, SocketHandle socket, ITlsChannelOwner owner) : ByteChannel
{
    /// <summary>The most reads in one receive: records of a byte cost as much as full ones, and others wait for the loop.</summary>
    private const int ReadsPerReceive = 16;

    private bool _toldKeysMustChange;
    private long _writtenBefore;

    [ThreadStatic]
    private static byte[]? t_record;

    private static byte[] Record => t_record ??= GC.AllocateUninitializedArray<byte>(SslSession.MaxRecord, pinned: true);

    internal override bool SendsFilesByKernel => session.SendsByKernel;

    internal override bool IsTls => true;

    internal override IoResult Receive(Span<byte> buffer, out bool mayHaveMore)
    {
        var result = session.Read(buffer, out mayHaveMore);
        if (session.KeysMustChange && !_toldKeysMustChange)
        {
            _toldKeysMustChange = true;
            owner.OnKeysMustChange();
        }

        if (result.IsWouldBlock && session.ReadAwaitsRoom)
        {
            owner.OnReadAwaitsRoom();
        }

        return result;
    }

    internal override IoResult Receive(Libc.IoVec* vectors, int count, out bool mayHaveMore)
    {
        var total = 0L;
        var reads = 0;
        mayHaveMore = false;
        for (var i = 0; i < count; i++)
        {
            // One record fills several blocks, and a short read may be followed by another record.
            var filled = 0L;
            while (filled < (long)vectors[i].Length)
            {
                var result = Receive(new Span<byte>((byte*)vectors[i].Base + filled, (int)((long)vectors[i].Length - filled)), out mayHaveMore);
                if (result.Bytes <= 0)
                {
                    // What was received first is delivered first; the end or the error comes again with the next call.
                    mayHaveMore = total + filled > 0 && !result.IsWouldBlock;
                    return total + filled > 0 ? IoResult.FromBytes(total + filled) : result;
                }

                filled += result.Bytes;
                if (!mayHaveMore || ++reads == ReadsPerReceive)
                {
                    return IoResult.FromBytes(total + filled);
                }
            }

            total += filled;
        }

        return IoResult.FromBytes(total);
    }

    internal override long SentBeforeFailure => session.Written - _writtenBefore;

    internal override IoResult Send(ReadOnlySpan<byte> buffer, bool more)
    {
        _writtenBefore = session.Written;
        return session.SendsByKernel ? socket.Send(buffer, more) : session.Write(buffer, more);
    }

    internal override IoResult Send(Libc.IoVec* vectors, int count, bool more)
    {
        if (session.SendsByKernel)
        {
            return socket.Send(vectors, count, more);
        }

        _writtenBefore = session.Written;
        var record = Record;
        var total = 0L;
        var (index, offset) = (0, 0);
        while (index < count)
        {
            var next = NextRecords(vectors, count, record, ref index, ref offset);
            var result = session.Write(next, more && index == count);
            if (!result.IsSuccess)
            {
                return total > 0 && result.IsWouldBlock ? IoResult.FromBytes(total) : result;
            }

            total += result.Bytes;
            if (result.Bytes < next.Length)
            {
                break;
            }
        }

        return IoResult.FromBytes(total);
    }

    internal override IoResult SendFile(SafeHandle file, long offset, long count)
    {
        if (session.SendsByKernel)
        {
            return socket.SendFile(file, offset, count);
        }

        _writtenBefore = session.Written;
        var record = Record;
        var total = 0L;
        while (total < count)
        {
            int read;
            try
            {
                read = RandomAccess.Read((SafeFileHandle)file, record.AsSpan(0, (int)Math.Min(record.Length, count - total)), offset + total);
            }
            catch (IOException)
            {
                return total > 0 ? IoResult.FromBytes(total) : IoResult.FromErrno(Errno.EIO);
            }

            if (read == 0)
            {
                break;
            }

            var result = session.Write(record.AsSpan(0, read));
            if (!result.IsSuccess)
            {
                return total > 0 && result.IsWouldBlock ? IoResult.FromBytes(total) : result;
            }

            total += result.Bytes;
            if (result.Bytes < read)
            {
                break;
            }
        }

        return IoResult.FromBytes(total);
    }

    internal override bool HoldsBytes => session.HoldsRecords;

    internal override IoResult SendHeld()
    {
        _writtenBefore = session.Written;
        return session.SendHeld();
    }

    internal override IoResult SendEnd() => session.SendClose();

    /// <summary>Whole records that lie in one block, where they lie; what lies in several, up to a record, gathered.</summary>
    private static ReadOnlySpan<byte> NextRecords(Libc.IoVec* vectors, int count, Span<byte> record, ref int index, ref int offset)
    {
        var inPlace = new ReadOnlySpan<byte>((byte*)vectors[index].Base + offset, (int)vectors[index].Length - offset);
        if (inPlace.Length < record.Length)
        {
            return record[..Gather(vectors, count, record, ref index, ref offset)];
        }

        var whole = inPlace[..(inPlace.Length / record.Length * record.Length)];
        (index, offset) = whole.Length == inPlace.Length ? (index + 1, 0) : (index, offset + whole.Length);
        return whole;
    }

    private static int Gather(Libc.IoVec* vectors, int count, Span<byte> record, ref int index, ref int offset)
    {
        var gathered = 0;
        while (index < count && gathered < record.Length)
        {
            var rest = new ReadOnlySpan<byte>((byte*)vectors[index].Base + offset, (int)vectors[index].Length - offset);
            var taken = Math.Min(rest.Length, record.Length - gathered);
            rest[..taken].CopyTo(record[gathered..]);
            gathered += taken;
            offset += taken;
            if (taken == rest.Length)
            {
                index++;
                offset = 0;
            }
        }

        return gathered;
    }
}
