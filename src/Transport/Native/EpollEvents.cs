namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Event bits of epoll_ctl(2).</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,
    In = 0x001,
    Out = 0x004,
    Error = 0x008,
    HangUp = 0x010,

    /// <summary>The peer shut down its writing half (EPOLLRDHUP).</summary>
    ReadHangUp = 0x2000,

    EdgeTriggered = 1u << 31,

    PeerGone = Error | HangUp,
    Readable = In | ReadHangUp | Error | HangUp,
    Writable = Out | Error | HangUp,
}
