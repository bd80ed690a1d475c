namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>The errno values told apart here (Linux, errno(3)); the same on every architecture supported.</summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int ENXIO = 6;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int ENODEV = 19;
    internal const int ENOTDIR = 20;
    internal const int EINVAL = 22;
    internal const int EXDEV = 18;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ENOSPC = 28;
    internal const int ENAMETOOLONG = 36;
    internal const int ELOOP = 40;
    internal const int EILSEQ = 84;
}
