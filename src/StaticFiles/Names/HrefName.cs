using System.Buffers;

namespace Aeronet.AspNetCore.StaticFiles.Names;

/// <summary>Percent-encodes names (RFC 3986 section 2.1): whatever their bytes are, the server gets the same ones back.</summary>
internal static class HrefName
{
    // Unreserved (section 2.3). A colon in the first segment of a relative reference would end a scheme (section 4.2).
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    /// <summary>Encodes one name; a directory's gets a slash.</summary>
    public static string OfEntry(ReadOnlySpan<byte> name, bool isDirectory)
        => isDirectory ? string.Concat(Encode(name, keepSlashes: false), "/") : Encode(name, keepSlashes: false);

    /// <summary>Encodes a path, whose slashes stay.</summary>
    public static string OfPath(ReadOnlySpan<byte> path) => Encode(path, keepSlashes: true);

    private static string Encode(ReadOnlySpan<byte> bytes, bool keepSlashes)
    {
        // A name has 255 bytes at most, a path 4095 (limits.h).
        var buffer = ArrayPool<char>.Shared.Rent(bytes.Length * 3);
        var length = 0;
        foreach (var b in bytes)
        {
            if (Unreserved.Contains(b) || (keepSlashes && b == (byte)'/'))
            {
                buffer[length++] = (char)b;
                continue;
            }

            buffer[length++] = '%';
            buffer[length++] = Digit(b >> 4);
            buffer[length++] = Digit(b & 15);
        }

        var result = new string(buffer, 0, length);
        ArrayPool<char>.Shared.Return(buffer);
        return result;
    }

    private static char Digit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);
}
