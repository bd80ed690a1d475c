using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>The hash of content that entity tags are made of: half of SHA-256, shorter in every request and still nothing that two files share.</summary>
internal static class ContentHash
{
    private const int Chunk = 64 * 1024;
    private const int Bytes = 16;

    /// <summary>Reads a file to its end.</summary>
    /// <exception cref="IOException">The medium fails.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static string Of(SafeFileHandle handle, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            for (var offset = 0L; RandomAccess.Read(handle, buffer, offset) is var read and > 0; offset += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
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
