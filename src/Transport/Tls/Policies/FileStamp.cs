using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>What tells one content of a file from another without reading it: the file that its links lead to, its size and times.</summary>
/// <param name="File">The inode and its device; 0 where the system has none.</param>
/// <param name="Size">Bytes; -1 when there is no such file, or nobody may look.</param>
/// <param name="Modified">When its content was written last, in 100 ns or finer.</param>
/// <param name="Changed">When its inode was: also by a rename, or by rights that were given.</param>
internal readonly record struct FileStamp((ulong Device, ulong Inode) File, long Size, long Modified, long Changed)
{
    internal static FileStamp Of(string path)
    {
        if (Libc.TryStatx(path, out var device, out var inode, out var size, out var modified, out var changed))
        {
            return new FileStamp((device, inode), size, modified, changed);
        }

        try
        {
            var info = new FileInfo(path);
            info = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
            return info.Exists ? new FileStamp(default, info.Length, info.LastWriteTimeUtc.Ticks, info.CreationTimeUtc.Ticks) : Missing;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Missing;
        }
    }

    private static FileStamp Missing => new(default, -1, 0, 0);
}
