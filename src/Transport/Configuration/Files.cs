using System.Security.Cryptography;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads the files that options name.</summary>
internal static class Files
{
    // Certificates, keys and lists are small; a wrong path may be anything.
    private const long Largest = 64 * 1024 * 1024;

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    private static ReadOnlySpan<byte> BeginInUtf16 => "-\0-\0B\0E\0G\0I\0N\0"u8;

    /// <summary>
    /// A file's bytes, without the byte order mark that editors put in front of UTF-8; null when it cannot be read, which is
    /// reported as the problem of <paramref name="key"/>. Pinned: who reads a key wipes it, and the garbage collector has left no copy.
    /// </summary>
    /// <param name="section">Gets the problem.</param>
    /// <param name="key">The key that names the file.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="files">Gets what the file is now.</param>
    internal static byte[]? TryRead(OptionSection section, string key, string path, ReadFiles files)
    {
        files.Note(path);
        try
        {
            if (Directory.Exists(path))
            {
                section.Fail(key, $"is '{path}', which is a directory: give it a file.");
                return null;
            }

            // The length of a device or a FIFO is 0 and reading one may never end.
            var file = new FileInfo(path);
            if (file is { Exists: true, Length: > 0 and <= Largest })
            {
                return TryTakeText(section, key, path, ReadAll(path));
            }

            section.Fail(key, file.Exists
                ? $"is '{path}', which is empty, not a plain file, or larger than {Largest} bytes: give it a certificate file."
                : $"is '{path}', which does not exist: correct the path (relative ones begin at the content root).");
        }
        catch (UnauthorizedAccessException)
        {
            section.Fail(key, $"is '{path}', which {Environment.UserName} may not read: change the file's permissions.");
        }
        catch (IOException e)
        {
            section.Fail(key, $"is '{path}', which cannot be read: {Sentence(e.Message)}");
        }

        return null;
    }

    /// <summary>Whether every user of the machine can read a file: by its own permissions, and those of the folders it lies in.</summary>
    internal static bool IsReadableByAll(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
            if (!File.GetUnixFileMode(target).HasFlag(UnixFileMode.OtherRead))
            {
                return false;
            }

            for (var folder = Path.GetDirectoryName(target); folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (!File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute))
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was read a moment ago; what is not there any more needs no warning.
            return false;
        }
    }

    private static byte[]? TryTakeText(OptionSection section, string key, string path, byte[] bytes)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || bytes.AsSpan().IndexOf(BeginInUtf16) >= 0)
        {
            section.Fail(key, $"is '{path}', which is UTF-16 text: save it as UTF-8 or ASCII.");
            return null;
        }

        return bytes.AsSpan().StartsWith(Utf8Mark) ? Move(bytes, Utf8Mark.Length, bytes.Length) : bytes;
    }

    private static byte[] ReadAll(string path)
    {
        // Not through a stream's buffer, which would keep a copy.
        using var file = File.OpenHandle(path);
        var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(RandomAccess.GetLength(file), Largest), pinned: true);
        var length = 0;
        for (int read; length < bytes.Length && (read = RandomAccess.Read(file, bytes.AsSpan(length), length)) > 0;)
        {
            length += read;
        }

        return length == bytes.Length ? bytes : Move(bytes, 0, length);
    }

    private static byte[] Move(byte[] bytes, int from, int to)
    {
        var moved = GC.AllocateUninitializedArray<byte>(to - from, pinned: true);
        bytes.AsSpan(from..to).CopyTo(moved);
        CryptographicOperations.ZeroMemory(bytes);
        return moved;
    }

    /// <summary>Another's message as one line that ends with a full stop.</summary>
    internal static string Sentence(string message) => $"{message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}.";
}
