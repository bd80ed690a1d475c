namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// What one system call on a socket came to: a count of bytes, or an errno. Would-block, end of stream and reset are
/// the daily life of a server and therefore values, not exceptions.
/// </summary>
internal readonly struct IoResult
{
    // Beyond every errno: the kernel's own EBADF is about the other descriptor of a sendfile.
    private const long ClosedValue = long.MinValue;

    private readonly long _value;

    private IoResult(long value) => _value = value;

    /// <summary>The socket had already been closed on our side; nothing was called.</summary>
    internal static IoResult Closed => new(ClosedValue);

    internal static IoResult FromBytes(long bytes) => new(bytes);

    internal static IoResult FromErrno(int errno) => new(-errno);

    internal bool IsSuccess => _value >= 0;

    internal long Bytes => _value;

    internal int Errno => IsClosed ? Native.Errno.EBADF : _value < 0 ? (int)-_value : 0;

    /// <summary>The result is <see cref="Closed"/>.</summary>
    internal bool IsClosed => _value == ClosedValue;

    internal bool IsWouldBlock => _value == -Native.Errno.EAGAIN;

    /// <summary>The peer is gone: it reset the connection, or the kernel gave it up.</summary>
    internal bool IsPeerGone => Errno is Native.Errno.ECONNRESET or Native.Errno.EPIPE or Native.Errno.ETIMEDOUT
        or Native.Errno.ENOTCONN or Native.Errno.EHOSTUNREACH or Native.Errno.ENETUNREACH or Native.Errno.ECONNABORTED;

    public override string ToString() => IsSuccess ? $"{_value} bytes" : $"errno {Errno}";
}
