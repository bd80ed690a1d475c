namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>What an errno of accept4(2) asks of the acceptor.</summary>
internal enum AcceptResult
{
    /// <summary>The queue is empty.</summary>
    Empty,

    /// <summary>This connection failed before it was accepted; the next one may be fine.</summary>
    Next,

    /// <summary>The process or the machine is out of descriptors or memory: try again after a while.</summary>
    OutOfResources,

    /// <summary>The listening socket is unusable.</summary>
    Failed,
}
