using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>The hash of content that entity tags are made of: half of SHA-256, shorter in every request and still nothing that two files share.</summary>
internal static class ContentHasher
{
    private const int Chunk = 64 * 1024;

    // Some milliseconds of reading.
    private const long Stage = 16 << 20;
    private const int Bytes = 16;

    /// <summary>Reads a file to its end; null when it is not worth going on.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="goesOn">Asked every 16 MiB.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The medium fails.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static string? Of(SafeFileHandle handle, Func<bool> goesOn, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            var asked = 0L;
            for (var offset = 0L; RandomAccess.Read(handle, buffer, offset) is var read and > 0; offset += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                if (offset - asked >= Stage)
                {
                    asked = offset;
                    if (!goesOn())
                    {
                        return null;
                    }
                }
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        return Finish(hash);
    }

    /// <summary>The hash of what was appended, in hexadecimal.</summary>
    public static string Finish(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, Bytes));
}
