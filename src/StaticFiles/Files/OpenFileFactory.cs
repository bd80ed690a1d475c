using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Makes what is served of what was opened.</summary>
internal sealed class OpenFileFactory(IFileRoot root, AeronetStaticFileOptions options)
{
    private const int HashChunk = 64 * 1024;

    // Half of SHA-256: shorter in every request, and still nothing that two files share.
    private const int HashBytes = 16;

    private readonly CacheControlPolicy _cacheControl = new(options);
    private readonly bool _hashesContent = options.EntityTags == EntityTagSource.ContentHash;

    /// <summary>Takes over the handles of <paramref name="opened"/> and of its siblings.</summary>
    public OpenFile Create(string path, string contentType, in OpenResult opened, OpenedSibling[] siblings)
    {
        var description = new FileDescription(path, contentType, _cacheControl.For(path));
        var variants = siblings.Length == 0 ? [] : new OpenFile[siblings.Length];
        for (var i = 0; i < siblings.Length; i++)
        {
            var sibling = siblings[i];
            variants[i] = Create(sibling.Handle, sibling.Stat, description with { Coding = sibling.Coding }, null);
        }

        return Create(opened.Handle!, opened.Stat, description, variants);
    }

    private OpenFile Create(SafeFileHandle handle, in FileStat stat, FileDescription description, OpenFile[]? variants)
    {
        if (!_hashesContent)
        {
            return new OpenFile(handle, stat, description, variants);
        }

        var hash = Hash(handle);

        // Changed meanwhile: a hash of no version. The metadata's tag stands in, and the next request sees the change.
        return new OpenFile(
            handle, stat, root.TryStat(handle, out var after) && after == stat ? description with { ContentHash = hash } : description, variants);
    }

    private static string? Hash(SafeFileHandle handle)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(HashChunk);
        try
        {
            for (var offset = 0L; RandomAccess.Read(handle, buffer, offset) is var read and > 0; offset += read)
            {
                hash.AppendData(buffer, 0, read);
            }
        }
        catch (IOException)
        {
            // A failing medium: sending the file will say so.
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, HashBytes));
    }
}
