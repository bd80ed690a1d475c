using System.Buffers;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// The BIO through which an SSL object writes to its socket, so that records which follow each other leave in one call: while it
/// <see cref="Gathers"/> they stay in memory, and the next that is written otherwise takes them along. It holds memory only while it holds
/// bytes. Used by one thread at a time, the one that is inside the SSL object.
/// </summary>
/// <remarks>Not where the kernel may take over the keys: OpenSSL asks a socket's own BIO for that.</remarks>
internal sealed unsafe class GatherBio(SocketHandle socket)
{
    /// <summary>From here on what is written is sent, whatever <see cref="Gathers"/> says: a full record and a few small ones.</summary>
    private const int MostHeld = 18 * 1024;

    /// <summary>A ticket, or a small response and its close_notify.</summary>
    private const int LeastHeld = 512;

    // BIO_TYPE_SOURCE_SINK with a number of its own (BIO_meth_new(3): above 127 is the application's).
    private const int Type = 0x400 | 201;

    // Lives as long as the process, as OpenSSL's own methods do.
    private static readonly nint s_method = CreateMethod();

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private int _errno;

    /// <summary>Whether what is written now may wait for what follows. Who sets it sees to it that something does, or calls <see cref="Flush"/>.</summary>
    internal bool Gathers { get; set; }

    /// <summary>Whether bytes were taken from OpenSSL that have not left.</summary>
    internal bool HoldsBytes => Volatile.Read(ref _end) != 0;

    /// <summary>A BIO that writes to <paramref name="target"/>, whom it keeps alive until it is freed; 0 when there is no memory.</summary>
    internal static nint Create(GatherBio target)
    {
        var bio = s_method == 0 ? 0 : OpenSsl.BIO_new(s_method);
        if (bio != 0)
        {
            OpenSsl.BIO_set_data(bio, GCHandle.ToIntPtr(GCHandle.Alloc(target)));
            OpenSsl.BIO_set_init(bio, 1);
        }

        return bio;
    }

    /// <summary>The errno of the last write that failed, once; 0 when none has.</summary>
    internal int TakeErrno()
    {
        var errno = _errno;
        _errno = 0;
        return errno;
    }

    /// <summary>Sends what is held: 0 bytes when nothing is left, would-block, or an errno.</summary>
    internal IoResult Flush()
    {
        while (_start < _end)
        {
            var result = socket.Send(_bytes.AsSpan(_start, _end - _start), more: false);
            if (!result.IsSuccess)
            {
                return result;
            }

            Consume((int)result.Bytes);
        }

        return IoResult.FromBytes(0);
    }

    /// <summary>Throws away what is held.</summary>
    internal void Drop() => Consume(_end - _start);

    private int Write(nint bio, ReadOnlySpan<byte> bytes)
    {
        OpenSsl.BIO_clear_flags(bio, OpenSsl.BIO_FLAGS_WRITE | OpenSsl.BIO_FLAGS_SHOULD_RETRY);
        if (Gathers && _end + bytes.Length <= MostHeld)
        {
            Hold(bytes);
            return bytes.Length;
        }

        var held = _end - _start;
        var result = held == 0 ? socket.Send(bytes, more: false) : SendBoth(bytes);
        if (result.IsSuccess)
        {
            var ofHeld = (int)Math.Min(held, result.Bytes);
            Consume(ofHeld);
            if (result.Bytes > ofHeld)
            {
                return (int)result.Bytes - ofHeld;
            }
        }

        if (result.IsSuccess || result.IsWouldBlock)
        {
            OpenSsl.BIO_set_flags(bio, OpenSsl.BIO_FLAGS_WRITE | OpenSsl.BIO_FLAGS_SHOULD_RETRY);
        }
        else
        {
            _errno = result.IsClosed ? Errno.EPIPE : result.Errno;
        }

        return -1;
    }

    private IoResult SendBoth(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* held = _bytes)
        fixed (byte* next = bytes)
        {
            var vectors = stackalloc Libc.IoVec[2];
            vectors[0] = new Libc.IoVec { Base = held + _start, Length = (nuint)(_end - _start) };
            vectors[1] = new Libc.IoVec { Base = next, Length = (nuint)bytes.Length };
            return socket.Send(vectors, 2, more: false);
        }
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _end < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(LeastHeld, _end + bytes.Length));
            _bytes.AsSpan(0, _end).CopyTo(larger);
            Return();
            _bytes = larger;
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        Volatile.Write(ref _end, _end + bytes.Length);
    }

    private void Consume(int bytes)
    {
        _start += bytes;
        if (_start == _end)
        {
            _start = 0;
            Volatile.Write(ref _end, 0);
            Return();
        }
    }

    private void Return()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    private static GatherBio Of(nint bio) => (GatherBio)GCHandle.FromIntPtr(OpenSsl.BIO_get_data(bio)).Target!;

    private static nint CreateMethod()
    {
        var method = OpenSsl.BIO_meth_new(Type, "gather");
        if (method != 0)
        {
            _ = OpenSsl.BIO_meth_set_write(method, &OnWrite);
            _ = OpenSsl.BIO_meth_set_ctrl(method, &OnControl);
            _ = OpenSsl.BIO_meth_set_destroy(method, &OnDestroy);
        }

        return method;
    }

    [UnmanagedCallersOnly]
    private static int OnWrite(nint bio, byte* bytes, int length)
    {
        try
        {
            return Of(bio).Write(bio, new ReadOnlySpan<byte>(bytes, length));
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    /// <summary>A flush always succeeds: whoever called OpenSSL says when it is time.</summary>
    [UnmanagedCallersOnly]
    private static nint OnControl(nint bio, int command, nint large, nint pointer)
    {
        try
        {
            return command == OpenSsl.BIO_CTRL_FLUSH ? 1 : 0;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    [UnmanagedCallersOnly]
    private static int OnDestroy(nint bio)
    {
        try
        {
            // The bytes are whoever's who closed the session.
            if (OpenSsl.BIO_get_data(bio) is not 0 and var data)
            {
                OpenSsl.BIO_set_data(bio, 0);
                GCHandle.FromIntPtr(data).Free();
            }

            return 1;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }
}
