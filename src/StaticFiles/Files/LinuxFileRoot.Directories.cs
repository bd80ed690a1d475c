using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Directories are opened as files are: by the same call, with the same rules for links.</summary>
internal sealed partial class LinuxFileRoot : IDirectoryRoot
{
    public OpenOutcome OpenDirectory(ReadOnlySpan<byte> path, out IOpenDirectory? directory)
    {
        directory = null;
        // Of a file that this process may not read, open(2) says so only where it need not be a directory; of that nobody asked.
        var outcome = OpenAny(path.Length == 1 ? ".\0"u8 : path, OpenFlags.File | OpenFlags.O_DIRECTORY, out var handle, out var stat);
        if (outcome == OpenOutcome.Directory)
        {
            directory = new LinuxOpenDirectory(this, handle!, stat);
            return outcome;
        }

        handle?.Dispose();
        return outcome;
    }

    /// <summary>Opens what a path beneath <paramref name="root"/>, which the caller has entered, leads to, for reading.</summary>
    /// <returns>0, or the negative errno.</returns>
    public int TryOpen(RootDirectory root, ReadOnlySpan<byte> path, out SafeFileHandle? handle)
    {
        var descriptor = OpenDescriptor(root, path);
        handle = descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
        return Math.Min(descriptor, 0);
    }

    /// <summary>Looks at what a link leads to, by opening it as a request for it would.</summary>
    public OpenOutcome Resolve(ReadOnlySpan<byte> path, out Statx stat)
    {
        var outcome = OpenAny(path, OpenFlags.File, out var handle, out stat);
        handle?.Dispose();
        return outcome;
    }

    private OpenOutcome OpenAny(ReadOnlySpan<byte> path, int flags, out SafeFileHandle? handle, out Statx stat)
    {
        handle = null;
        stat = default;
        var descriptor = OpenDescriptor(path, flags);
        if (descriptor < 0)
        {
            return OutcomeOf(-descriptor);
        }

        handle = new SafeFileHandle(descriptor, ownsHandle: true);
        return Libc.Stat(handle, out stat) != 0 ? OpenOutcome.Unavailable : stat.Type switch
        {
            Statx.S_IFDIR => OpenOutcome.Directory,
            Statx.S_IFREG => OpenOutcome.File,
            _ => OpenOutcome.NotFound,
        };
    }
}
