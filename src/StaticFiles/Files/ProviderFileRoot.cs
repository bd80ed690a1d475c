using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.FileProviders;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Files of an <see cref="IFileProvider"/>. What has no path of its own (embedded resources, archives) is copied into an unnamed
/// temporary file when it is opened, so that it is sent, cut into ranges and kept open as any file is.
/// </summary>
/// <param name="provider">The provider.</param>
/// <param name="except">Directories whose files are not the provider's to give; null for none.</param>
internal sealed partial class ProviderFileRoot(IFileProvider provider, ContainedDirectories? except = null) : IFileRoot
{
    public string Strategy => "file provider";

    public OpenResult Open(ReadOnlySpan<byte> path)
    {
        var name = "/" + Encoding.UTF8.GetString(path[..^1]);
        try
        {
            var info = provider.GetFileInfo(name);
            if (!info.Exists)
            {
                return new OpenResult(provider.GetDirectoryContents(name).Exists ? OpenOutcome.Directory : OpenOutcome.NotFound);
            }

            return info.IsDirectory ? new OpenResult(OpenOutcome.Directory)
                : info.PhysicalPath is { } physical ? OpenPhysical(physical)
                : Spool(info);
        }
        catch (UnauthorizedAccessException)
        {
            return new OpenResult(OpenOutcome.Denied);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new OpenResult(OpenOutcome.NotFound);
        }
        catch (IOException)
        {
            return new OpenResult(OpenOutcome.Unavailable);
        }
    }

    public bool TryStat(SafeFileHandle file, out FileStat stat)
    {
        stat = PhysicalFile.Stat(file);
        return true;
    }

    // Opening would copy all of it again.
    public bool StillLeadsTo(string path, in FileStat stat)
    {
        var info = provider.GetFileInfo("/" + path);
        return info is { Exists: true, IsDirectory: false, PhysicalPath: null }
            && info.Length == stat.Size
            && info.LastModified.UtcTicks == DateTime.UnixEpoch.Ticks
                + (stat.ModifiedSeconds * TimeSpan.TicksPerSecond) + (stat.ModifiedNanoseconds / TimeSpan.NanosecondsPerTick);
    }

    private OpenResult OpenPhysical(string path)
        => except?.Has(path) == true ? new OpenResult(OpenOutcome.NotFound) : PhysicalFile.Open(path);

    private static OpenResult Spool(IFileInfo info)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        try
        {
            string hash;
            using (var content = info.CreateReadStream())
            {
                hash = Copy(content, handle);
            }

            // The version is the provider's, not that of the copy.
            File.SetLastWriteTimeUtc(handle, info.LastModified.UtcDateTime);
            return new OpenResult(OpenOutcome.File, handle, PhysicalFile.Stat(handle), hash);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    // All of it passes by: its hash tells versions apart, which the date does not where builds are reproducible.
    private static string Copy(Stream content, SafeFileHandle handle)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        for (var offset = 0L; content.Read(buffer) is var read and > 0; offset += read)
        {
            RandomAccess.Write(handle, buffer.AsSpan(0, read), offset);
            hash.AppendData(buffer, 0, read);
        }

        return ContentHasher.Finish(hash);
    }
}
