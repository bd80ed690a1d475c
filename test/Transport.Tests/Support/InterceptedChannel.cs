using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>The bytes of a connection as they are, with something happening in the middle of a call.</summary>
internal sealed unsafe class InterceptedChannel : ByteChannel
{
    private readonly PlainChannel _inner;

    internal InterceptedChannel(ConnectionContext connection) =>
        _inner = new PlainChannel(new SocketHandle((int)connection.Features.Get<IConnectionSocketFeature>()!.Socket.Handle));

    /// <summary>Before the socket is read; what it returns is the result, null lets the call go on.</summary>
    internal Func<IoResult?>? OnReceive { get; set; }

    /// <summary>After the kernel has taken bytes of a file, and before it says so.</summary>
    internal Action? OnFileSent { get; set; }

    internal override bool SendsFilesByKernel => true;

    internal override bool IsTls => false;

    internal override IoResult Receive(Span<byte> buffer, out bool mayHaveMore)
    {
        mayHaveMore = false;
        return OnReceive?.Invoke() ?? _inner.Receive(buffer, out mayHaveMore);
    }

    internal override IoResult Receive(Libc.IoVec* vectors, int count, out bool mayHaveMore)
    {
        mayHaveMore = false;
        return OnReceive?.Invoke() ?? _inner.Receive(vectors, count, out mayHaveMore);
    }

    internal override IoResult Send(ReadOnlySpan<byte> buffer, bool more) => _inner.Send(buffer, more);

    internal override IoResult Send(Libc.IoVec* vectors, int count, bool more) => _inner.Send(vectors, count, more);

    internal override IoResult SendFile(SafeHandle file, long offset, long count)
    {
        var result = _inner.SendFile(file, offset, count);
        OnFileSent?.Invoke();
        return result;
    }

    internal override IoResult SendEnd() => _inner.SendEnd();
}
