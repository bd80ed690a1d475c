namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads the files that options name.</summary>
internal static class Files
{
    // Certificates, keys and lists are small; a wrong path may be anything.
    private const long Largest = 64 * 1024 * 1024;

    /// <summary>A file's bytes; null when it cannot be read, which is reported as the problem of <paramref name="key"/>.</summary>
    internal static byte[]? TryRead(OptionSection section, string key, string path)
    {
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
                return File.ReadAllBytes(path);
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

    /// <summary>Another's message as one line that ends with a full stop.</summary>
    internal static string Sentence(string message) => $"{message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}.";
}
