namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>What became of asking for the lock of a file.</summary>
internal enum LogLock
{
    /// <summary>This process has it.</summary>
    Taken,

    /// <summary>Another process has it, and has kept it for too long to wait on: stopped by a debugger, say.</summary>
    Held,

    /// <summary>There are none: a pipe, a file system without locks, or a system on which one process writes.</summary>
    Unsupported,
}
