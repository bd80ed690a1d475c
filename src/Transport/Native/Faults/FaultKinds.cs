namespace Aeronet.AspNetCore.Transport.Native.Faults;

/// <summary>What may go wrong at a system call; by these names, in lower case, in <c>AERONET_FAULTS</c>.</summary>
[Flags]
internal enum FaultKinds
{
    None = 0,

    /// <summary>A socket is not ready yet, and tells when it is.</summary>
    Eagain = 1,

    /// <summary>A signal came before anything was done.</summary>
    Eintr = 2,

    /// <summary>Fewer bytes, or events, than asked for.</summary>
    Short = 4,

    /// <summary>The thread does not run for up to 2 ms.</summary>
    Delay = 8,

    /// <summary>A client was gone before it was accepted.</summary>
    Econnaborted = 16,

    /// <summary>The process or the machine has no descriptor for an accepted connection.</summary>
    Emfile = 32,

    /// <summary>The kernel has no buffer to send from.</summary>
    Enobufs = 64,

    /// <summary>The kernel has no memory, to send or to watch a socket.</summary>
    Enomem = 128,

    /// <summary>A connection is reset.</summary>
    Econnreset = 256,

    /// <summary>No request fails because of them.</summary>
    Lossless = Eagain | Eintr | Short | Delay,

    /// <summary>Connections end because of them, or wait long.</summary>
    Lossy = Econnaborted | Emfile | Enobufs | Enomem | Econnreset,
}
