using System.Buffers;
using System.Text.Unicode;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Reads a directory of a provider: names, sizes and times are what it says they are, and no file is opened.</summary>
internal sealed class ProviderOpenDirectory(IFileProvider provider, string name, IEnumerable<IFileInfo> contents) : IOpenDirectory
{
    private const int MaxName = 255;

    // A provider has no time of its directories: the token and the age decide.
    public DirectoryStamp Stamp => default;

    public IChangeToken? Watch()
    {
        // In a pattern these would stand for other names than this directory's.
        if (name.AsSpan().ContainsAny('*', '?'))
        {
            return null;
        }

        var token = provider.Watch(name.TrimEnd('/') + "/*");
        return token is NullChangeToken ? null : token;
    }

    public bool TryRead(DirectorySnapshotBuilder entries)
    {
        try
        {
            foreach (var entry in contents)
            {
                if (entries.IsTruncated)
                {
                    break;
                }

                Add(entry, entries);
            }

            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        // Nothing is open between the calls.
    }

    private static void Add(IFileInfo entry, DirectorySnapshotBuilder entries)
    {
        Span<byte> bytes = stackalloc byte[MaxName];
        if (!entry.Exists
            || Utf8.FromUtf16(entry.Name, bytes, out _, out var length, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            return;
        }

        ReadOnlySpan<byte> encoded = bytes[..length];
        if (!encoded.ContainsAny((byte)'/', (byte)0) && entries.Lists(encoded) && (entry.IsDirectory || entries.ListsFile(encoded)))
        {
            entries.Add(encoded, entry.IsDirectory, entry.IsDirectory ? 0 : entry.Length, entry.LastModified.ToUnixTimeSeconds());
        }
    }
}
