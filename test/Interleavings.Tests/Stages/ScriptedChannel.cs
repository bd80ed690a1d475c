using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>
/// A connection without a socket: what the peer has sent and nobody received, what was sent and the peer has not taken. Every call is a
/// step, and every byte that is sent is looked at.
/// </summary>
internal sealed unsafe class ScriptedChannel(ThreadChooser chooser, SocketHandle socket, int room) : ByteChannel
{
    private bool _isFull;

    internal override bool SendsFilesByKernel => true;

    internal override bool IsTls => false;

    /// <summary>Bytes the peer has sent.</summary>
    internal long Arrived { get; private set; }

    /// <summary>Those of <see cref="Arrived"/> that were received.</summary>
    internal long Received { get; private set; }

    /// <summary>Bytes that were sent.</summary>
    internal long Sent { get; private set; }

    /// <summary>Those of <see cref="Sent"/> that the peer has taken.</summary>
    internal long Taken { get; private set; }

    internal bool IsFinished { get; private set; }

    internal bool IsReset { get; private set; }

    /// <summary>Whether something was sent in vain, and nobody was told of room since.</summary>
    internal bool IsFull => _isFull;

    private long Free => room - (Sent - Taken);

    /// <summary>What is true of the socket now (tcp_poll).</summary>
    internal EpollEvents Readiness()
    {
        if (socket.IsClosed)
            return EpollEvents.None;

        var events = Arrived > Received ? EpollEvents.In : EpollEvents.None;
        if (Free * 3 >= room)
            events |= EpollEvents.Out;

        if (IsFinished)
            events |= EpollEvents.In | EpollEvents.ReadHangUp;

        if (IsReset)
            events |= EpollEvents.In | EpollEvents.Out | EpollEvents.ReadHangUp | EpollEvents.Error | EpollEvents.HangUp;

        return events;
    }

    /// <summary>The peer sends. What has happened.</summary>
    internal EpollEvents Arrive(int bytes)
    {
        Arrived += bytes;
        return EpollEvents.In;
    }

    internal EpollEvents Finish()
    {
        IsFinished = true;
        return EpollEvents.In | EpollEvents.ReadHangUp;
    }

    internal EpollEvents Reset()
    {
        IsReset = true;
        return Readiness();
    }

    /// <summary>The peer takes, which is told when somebody lacked room (sock_def_write_space).</summary>
    internal EpollEvents Take(long bytes)
    {
        Taken += bytes;
        if (!_isFull || Free * 3 < room)
            return EpollEvents.None;

        _isFull = false;
        return EpollEvents.Out;
    }

    internal override IoResult Receive(Span<byte> buffer, out bool mayHaveMore)
    {
        chooser.Pass("receives");
        var result = ReceiveNow(buffer);
        mayHaveMore = result.Bytes == buffer.Length;
        return result;
    }

    internal override IoResult Receive(Libc.IoVec* vectors, int count, out bool mayHaveMore)
    {
        chooser.Pass("receives much");
        var total = 0L;
        mayHaveMore = true;
        for (var i = 0; i < count && mayHaveMore; i++)
        {
            var length = (int)vectors[i].Length;
            var result = ReceiveNow(new Span<byte>(vectors[i].Base, length));
            mayHaveMore = result.Bytes == length;
            if (!result.IsSuccess)
                return total > 0 ? IoResult.FromBytes(total) : result;

            total += result.Bytes;
        }

        return IoResult.FromBytes(total);
    }

    internal override IoResult Send(ReadOnlySpan<byte> buffer, bool more)
    {
        chooser.Pass("sends");
        return SendNow(buffer);
    }

    internal override IoResult Send(Libc.IoVec* vectors, int count, bool more)
    {
        chooser.Pass("sends much");
        var total = 0L;
        for (var i = 0; i < count; i++)
        {
            var length = (int)vectors[i].Length;
            var result = SendNow(new ReadOnlySpan<byte>(vectors[i].Base, length));
            if (!result.IsSuccess)
                return total > 0 ? IoResult.FromBytes(total) : result;

            total += result.Bytes;
            if (result.Bytes < length)
                break;
        }

        return IoResult.FromBytes(total);
    }

    /// <summary>The file has the stream's bytes, where they lie in it.</summary>
    internal override IoResult SendFile(SafeHandle file, long offset, long count)
    {
        chooser.Pass("sends a file");
        if (offset != Sent && !socket.IsClosed)
            chooser.Fail(new InvalidOperationException($"Byte {offset} of the file is sent as byte {Sent} of the stream."));

        if (file.IsClosed)
            chooser.Fail(new InvalidOperationException("A file is sent that was given back."));

        return Account(count, out var sent) ?? IoResult.FromBytes(sent);
    }

    internal override IoResult SendEnd() => IoResult.FromBytes(0);

    private IoResult ReceiveNow(Span<byte> buffer)
    {
        if (socket.IsClosed)
            return IoResult.Closed;

        if (IsReset)
            return IoResult.FromErrno(Errno.ECONNRESET);

        var count = (int)Math.Min(buffer.Length, Arrived - Received);
        if (count == 0)
            return IsFinished ? IoResult.FromBytes(0) : IoResult.FromErrno(Errno.EAGAIN);

        Bytes.Fill(buffer[..count], Received);
        Received += count;
        return IoResult.FromBytes(count);
    }

    private IoResult SendNow(ReadOnlySpan<byte> buffer)
    {
        var position = Sent;
        if (Account(buffer.Length, out var sent) is { } failure)
            return failure;

        if (Bytes.FirstWrong(buffer[..(int)sent], position) is >= 0 and var wrong)
            chooser.Fail(new InvalidOperationException($"Byte {wrong} of the stream is wrong as it is sent."));

        return IoResult.FromBytes(sent);
    }

    /// <summary>Takes as many of <paramref name="bytes"/> as there is room for. What else came of it.</summary>
    private IoResult? Account(long bytes, out long sent)
    {
        sent = 0;
        if (socket.IsClosed)
            return IoResult.Closed;

        if (IsReset)
            return IoResult.FromErrno(Errno.EPIPE);

        sent = Math.Min(bytes, Free);
        _isFull |= sent < bytes;
        Sent += sent;
        return sent == 0 && bytes > 0 ? IoResult.FromErrno(Errno.EAGAIN) : null;
    }
}
