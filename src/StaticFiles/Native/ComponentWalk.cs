using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>
/// Resolves a path one component at a time, each opened with O_NOFOLLOW beneath the directory before it. A link is read
/// and its target walked in the same way, ".." being a step back on the stack of open directories instead of a question
/// to the kernel: there is no step that could leave the root.
/// </summary>
internal static class ComponentWalk
{
    // As the kernel's own limit, path_resolution(7).
    private const int MaxLinks = 40;
    private const int MaxTarget = 4096;

    /// <summary>The descriptor of the file or directory the path leads to, or the negative errno.</summary>
    public static int Open(RootDirectory root, ReadOnlySpan<byte> path, SymlinkPolicy symlinks, int flags = OpenFlags.File)
    {
        var pending = new Stack<byte[]>();
        var directories = new Stack<SafeFileHandle>();
        var links = 0;
        PushComponents(pending, path[..^1]);
        try
        {
            while (pending.TryPop(out var name))
            {
                if (name is [(byte)'.', (byte)'.', 0])
                {
                    if (!directories.TryPop(out var left))
                    {
                        return -Errno.EXDEV;
                    }

                    left.Dispose();
                    continue;
                }

                var at = directories.TryPeek(out var top) ? top : root.Handle;
                var isLast = pending.Count == 0;
                var descriptor = Libc.OpenAt(at, name, (isLast ? flags : OpenFlags.Directory) | OpenFlags.O_NOFOLLOW);
                if (descriptor >= 0 && isLast)
                {
                    return descriptor;
                }

                if (descriptor >= 0)
                {
                    directories.Push(new SafeFileHandle(descriptor, ownsHandle: true));
                    continue;
                }

                // O_NOFOLLOW on a link is ELOOP, and ENOTDIR together with O_DIRECTORY (open(2)).
                if (descriptor is not (-Errno.ELOOP or -Errno.ENOTDIR))
                {
                    return descriptor;
                }

                if (symlinks == SymlinkPolicy.Deny || ++links > MaxLinks)
                {
                    return -Errno.ELOOP;
                }

                var error = FollowLink(root, at, name, pending, directories);
                if (error != 0)
                {
                    return error;
                }
            }

            return Libc.OpenAt(directories.TryPeek(out var end) ? end : root.Handle, ".\0"u8, flags);
        }
        finally
        {
            CloseAll(directories);
        }
    }

    private static int FollowLink(
        RootDirectory root, SafeFileHandle at, byte[] name, Stack<byte[]> pending, Stack<SafeFileHandle> directories)
    {
        Span<byte> buffer = stackalloc byte[MaxTarget];
        var length = Libc.ReadLinkAt(at, name, buffer);
        if (length < 0)
        {
            // EINVAL: not a link after all but a file in the place of a directory, or swapped since.
            return length == -Errno.EINVAL ? -Errno.ENOTDIR : length;
        }

        if (length == MaxTarget)
        {
            return -Errno.ENAMETOOLONG;
        }

        ReadOnlySpan<byte> target = buffer[..length];
        if (target is [(byte)'/', ..])
        {
            if (!TryMakeRelative(target, root.Path.Span, out var rest) && !TryMakeRelative(target, root.RealPath.Span, out rest))
            {
                return -Errno.EXDEV;
            }

            CloseAll(directories);
            target = rest;
        }

        PushComponents(pending, target);
        return 0;
    }

    private static bool TryMakeRelative(ReadOnlySpan<byte> target, ReadOnlySpan<byte> root, out ReadOnlySpan<byte> rest)
    {
        rest = target.StartsWith(root) ? target[root.Length..] : default;
        return target.StartsWith(root) && (rest.IsEmpty || rest[0] == (byte)'/' || root[^1] == (byte)'/');
    }

    private static void PushComponents(Stack<byte[]> pending, ReadOnlySpan<byte> path)
    {
        while (!path.IsEmpty)
        {
            var slash = path.LastIndexOf((byte)'/');
            var name = path[(slash + 1)..];
            if (name is not ([] or [(byte)'.']))
            {
                pending.Push([.. name, 0]);
            }

            path = slash < 0 ? default : path[..slash];
        }
    }

    private static void CloseAll(Stack<SafeFileHandle> directories)
    {
        while (directories.TryPop(out var directory))
        {
            directory.Dispose();
        }
    }
}
