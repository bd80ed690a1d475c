using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// Totals of one loop's connections, read by the observable instruments. A cache line of its own on either side, so that
/// two loops do not share one.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct LoopCounters
{
    [FieldOffset(64)]
    internal long BytesReceived;

    [FieldOffset(72)]
    internal long BytesSent;

    /// <summary>Bytes that sendfile took for plain connections.</summary>
    [FieldOffset(80)]
    internal long FileBytesSent;

    [FieldOffset(88)]
    internal long ReceiveWouldBlock;

    [FieldOffset(96)]
    internal long SendWouldBlock;

    [FieldOffset(104)]
    internal long HandOffs;

    /// <summary>Stopwatch ticks spent outside epoll_wait.</summary>
    [FieldOffset(112)]
    internal long BusyTicks;

    /// <summary>Bytes that sendfile took for connections that the kernel encrypts.</summary>
    [FieldOffset(120)]
    internal long EncryptedFileBytesSent;
}
