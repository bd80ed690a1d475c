namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>Who made a listening socket, and so whose it is when this process ends.</summary>
internal enum SocketOrigin
{
    /// <summary>This process bound it.</summary>
    Bound,

    /// <summary>The process before this one let go of it, or is about to.</summary>
    Predecessor,

    /// <summary>Another program keeps it and gave this process a duplicate (sd_listen_fds(3)): its queue outlives the process.</summary>
    Keeper,
}
