namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>
/// Where a process stands between the one before it and the one after it.
/// <code>
///   Starting --found one that serves--> Taking --it let go, or ended--> Serving --a new one connects--> Offering --it started--> Gone
///      |                                   |                             |   &lt;--it failed, or was late---  |
///      |                                   +--it did not wait--> Refused |                                 |
///      +---------------this one has started-----------------------------&gt;+                                 +--this one stops--> Gone
/// </code>
/// </summary>
internal enum HandOverState
{
    /// <summary>No endpoint is bound, or none was handed over. What is bound is this process's own.</summary>
    Starting,

    /// <summary>The process before accepts on, and this one does not yet.</summary>
    Taking,

    /// <summary>The process before serves on; this one has to end.</summary>
    Refused,

    /// <summary>This process accepts, alone.</summary>
    Serving,

    /// <summary>This process accepts, and another has its sockets and is starting.</summary>
    Offering,

    /// <summary>Another process has the sockets, or this one was stopped.</summary>
    Gone,
}
