namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>
/// Responses on disk, one file a certificate, for this user alone and replaced whole: a reader has the old one or the new. What is in it is
/// trusted no more than what comes over the network.
/// </summary>
internal static class StapleFiles
{
    private const string Extension = ".ocsp";
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;

    // No response lives so long (the CA/Browser Forum allows 10 days).
    private static readonly TimeSpan s_forgotten = TimeSpan.FromDays(30);

    /// <summary>A file's bytes; null when it is missing or cannot be a response.</summary>
    internal static byte[]? TryRead(string path, out string problem)
    {
        problem = "";
        try
        {
            // The length of a pipe or a device is 0, and reading one may never end.
            var file = new FileInfo(path);
            if (file is { Exists: true, Length: > 0 and <= OcspClient.LargestResponse })
            {
                return File.ReadAllBytes(path);
            }

            problem = file.Exists ? $"is empty, not a plain file, or larger than {OcspClient.LargestResponse} bytes" : "does not exist";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot be read: {e.Message}";
        }

        return null;
    }

    internal static string PathOf(string directory, string fingerprint) => Path.Combine(directory, fingerprint.ToLowerInvariant() + Extension);

    /// <summary>Keeps a response; what is wrong, or null.</summary>
    internal static string? TryWrite(string directory, string fingerprint, byte[] der)
    {
        var temporary = Path.Combine(directory, $".{fingerprint.ToLowerInvariant()}.{Guid.NewGuid():N}");
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory, OwnersFolder);
            }

            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnersFile;
            }

            using (var file = new FileStream(temporary, options))
            {
                file.Write(der);

                // Otherwise a name may outlive a crash that its content does not.
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, PathOf(directory, fingerprint), overwrite: true);
            Forget(directory);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            TryDelete(temporary);
            return e.Message;
        }
    }

    // Of certificates that were replaced, and writers that were killed.
    private static void Forget(string directory)
    {
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles().Where(file => IsOurs(file.Name) && DateTime.UtcNow - file.LastWriteTimeUtc > s_forgotten))
        {
            TryDelete(file.FullName);
        }
    }

    private static bool IsOurs(string name) =>
        name.TrimStart('.') is { Length: > 64 } rest && rest[..64].All(char.IsAsciiHexDigitLower)
        && (name[0] == '.' ? Guid.TryParseExact(rest[65..], "N", out _) : rest[64..] == Extension);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is tried again some day.
        }
    }
}
