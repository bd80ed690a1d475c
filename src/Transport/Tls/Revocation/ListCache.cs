using System.Security.Cryptography;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tls.Revocation;

/// <summary>The file in which a list is kept that was fetched from an address.</summary>
internal sealed class ListCache
{
    private const string Folder = "aeronet-crl";
    private const string Directories = "CACHE_DIRECTORY";

    private readonly string _path;

    private ListCache(string path) => _path = path;

    /// <summary>Null where none is kept.</summary>
    /// <param name="options">The endpoint's.</param>
    /// <param name="contentRoot">Where relative paths begin.</param>
    /// <param name="url">Where the list comes from.</param>
    internal static ListCache? Of(AeronetTlsRevocationOptions options, string contentRoot, Uri url)
    {
        var folder = options.CacheDirectory is { } configured ? Path.Combine(contentRoot, configured)
            : Environment.GetEnvironmentVariable(Directories)?.Split(':') is [{ Length: > 0 } first, ..] && Path.IsPathRooted(first) ? Path.Combine(first, Folder)
            : null;
        return folder is null ? null : new ListCache(Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.AbsoluteUri)))[..32]}.crl"));
    }

    /// <summary>What is kept; null when nothing that can be read is.</summary>
    internal byte[]? TryRead()
    {
        try
        {
            return new FileInfo(_path) is { Exists: true, Length: > 0 and <= ListFetcher.MaxLength } ? File.ReadAllBytes(_path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    internal void Write(byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);

        // Several processes may share it: whoever reads finds one or the other whole.
        var next = $"{_path}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllBytes(next, bytes);
            File.Move(next, _path, overwrite: true);
        }
        catch
        {
            // Where a disk is full it would be the fuller for each list.
            File.Delete(next);
            throw;
        }
    }
}
