using System.Security.Cryptography;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>Reads small files with secrets.</summary>
internal static class TicketKeyFile
{
    /// <summary>A ticket key's 48 or 80 bytes. Pinned: the caller wipes it, and no copy is left behind by the garbage collector.</summary>
    /// <exception cref="InvalidOperationException">It cannot be used; the message names the file, what is wrong and what would be right.</exception>
    internal static byte[] Read(string path)
    {
        var bytes = ReadAll(path, TicketKey.Length + 1);
        if (bytes.Length is TicketKey.ShortLength or TicketKey.Length)
        {
            return bytes;
        }

        CryptographicOperations.ZeroMemory(bytes);
        throw new InvalidOperationException(
            $"'{path}', which has {(bytes.Length > TicketKey.Length ? "more than 80" : bytes.Length)} bytes: make a key of 80 (openssl rand -out {path} 80) or 48 random bytes.");
    }

    /// <summary>A shared secret, without the line's end that editors put behind it. Pinned: the caller wipes it.</summary>
    /// <exception cref="InvalidOperationException">It cannot be used; the message names the file, what is wrong and what would be right.</exception>
    internal static byte[] ReadSecret(string path)
    {
        var bytes = ReadAll(path, SharedSecret.MaxLength + 1);
        var trimmed = bytes.AsSpan().TrimEnd("\r\n"u8);
        var secret = GC.AllocateUninitializedArray<byte>(trimmed.Length, pinned: true);
        trimmed.CopyTo(secret);
        CryptographicOperations.ZeroMemory(bytes);
        if (secret.Length is >= SharedSecret.MinLength and <= SharedSecret.MaxLength)
        {
            return secret;
        }

        CryptographicOperations.ZeroMemory(secret);
        throw new InvalidOperationException(
            $"'{path}', which has {(secret.Length > SharedSecret.MaxLength ? "more than 4096" : secret.Length)} bytes: make one of 32 or more random bytes (openssl rand -base64 48 > {path}).");
    }

    private static byte[] ReadAll(string path, int most)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new InvalidOperationException($"'{path}', which is a directory: give it a file.");
            }

            // Opening a FIFO, and reading a device, may never end.
            if (new FileInfo(path) is { Exists: true, Length: 0 })
            {
                throw new InvalidOperationException($"'{path}', which is empty or not a plain file: give it a file with a key.");
            }

            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherWrite))
            {
                // Who can write the key can read and forge every session.
                throw new InvalidOperationException($"'{path}', which every user of this machine can write: take the right away (chmod o-w).");
            }

            // Not through a buffer, which would keep a copy.
            using var file = File.OpenHandle(path);
            var bytes = GC.AllocateArray<byte>(most, pinned: true);
            try
            {
                var length = 0;
                for (int read; length < most && (read = RandomAccess.Read(file, bytes.AsSpan(length), length)) > 0;)
                {
                    length += read;
                }

                var exact = GC.AllocateUninitializedArray<byte>(length, pinned: true);
                bytes.AsSpan(0, length).CopyTo(exact);
                return exact;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(bytes);
            }
        }
        catch (UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"'{path}', which {Environment.UserName} may not read: change the file's permissions.");
        }
        catch (FileNotFoundException)
        {
            throw new InvalidOperationException($"'{path}', which does not exist: correct the path (relative ones begin at the content root).");
        }
        catch (DirectoryNotFoundException)
        {
            throw new InvalidOperationException($"'{path}', which does not exist: correct the path (relative ones begin at the content root).");
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"'{path}', which cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
