using System.Diagnostics.CodeAnalysis;
using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Aeronet.AspNetCore.StaticFiles.Files.Watching;
using Aeronet.AspNetCore.StaticFiles.Names;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>From a request path to an open file: by the cache, or by opening it beneath the root.</summary>
internal sealed class FileFinder : IDisposable
{
    private readonly IFileRoot _root;
    private readonly OpenFileCache? _cache;
    private readonly DirectoryWatcher? _watcher;
    private readonly ContentTypeMap _contentTypes;
    private readonly SiblingFinder _siblings;
    private readonly OpenFileFactory _factory;
    private readonly ContentHashes? _hashes;
    private readonly bool _serveHidden;
    private readonly (byte[] Bytes, string Name)[] _defaultDocuments;
    private readonly long _maxAge;
    private readonly ILogger _logger;

    /// <summary>Makes one.</summary>
    /// <param name="root">Where files are opened.</param>
    /// <param name="options">The mount's options, validated.</param>
    /// <param name="logger">The mount's logger.</param>
    /// <param name="watcher">Watches the directories of files that are kept open; disposed with this. Null: age alone decides.</param>
    public FileFinder(IFileRoot root, AeronetStaticFileOptions options, ILogger logger, DirectoryWatcher? watcher = null)
    {
        _root = root;
        _watcher = watcher;
        _logger = logger;
        _contentTypes = new ContentTypeMap(options);
        _siblings = new SiblingFinder(root, ContentCoding.FindAll(options.Precompressed));
        _factory = new OpenFileFactory(options);
        _hashes = options.EntityTags == EntityTagSource.ContentHash ? new ContentHashes(root) : null;
        _serveHidden = options.ServeHidden;
        _defaultDocuments = [.. (options.DefaultDocuments ?? []).Select(name => (Encoding.UTF8.GetBytes(name), name))];
        _maxAge = (long)options.OpenFileCacheMaxAge.TotalMilliseconds;
        _cache = options.OpenFileCacheSize > 0 ? new OpenFileCache(options.OpenFileCacheSize, watcher is null ? null : watcher.Trim) : null;
    }

    /// <summary>Finds what <paramref name="path"/> leads to now.</summary>
    /// <param name="path">The decoded request path.</param>
    /// <param name="mountLength">How much of it is the mount's own path.</param>
    /// <param name="file">The file, with a reference for the caller.</param>
    public FindOutcome Find(string path, int mountLength, out OpenFile? file)
    {
        if (_cache is null || !_cache.TryGet(path, out var cached))
        {
            return Open(path, mountLength, null, out file);
        }

        return cached.IsWhereItWas && !cached.TryClaimLookup(Environment.TickCount64, _maxAge) && TryUse(cached, out file)
            ? FindOutcome.File
            : Open(path, mountLength, cached, out file);
    }

    /// <summary>Whether a path could name a file at all: it has only plain components that may be served.</summary>
    public bool IsPlain(string path, int mountLength)
    {
        Span<byte> buffer = stackalloc byte[RelativePath.MaxBytes];
        return RelativePath.TryRead(path, mountLength, _serveHidden, buffer, out _);
    }

    /// <summary>Whether files of that name have a content type that is served.</summary>
    public bool IsServedType(string name) => _contentTypes.TryGet(name, out _);

    /// <summary>Gives a file the tag of its content, where the mount has such.</summary>
    /// <returns>Null when there is nothing to wait for.</returns>
    public Task? TagAsync(OpenFile file) => _hashes is not null && file.NeedsContentHash ? _hashes.TagAsync(file) : null;

    public void Dispose()
    {
        _cache?.Dispose();
        _hashes?.Dispose();
        _watcher?.Dispose();
    }

    private FindOutcome Open(string requestPath, int mountLength, CachedFile? cached, out OpenFile? file)
    {
        if (cached is not null && _root.StillLeadsTo(cached.File.Description.Path, cached.File.Stat) && TryUse(cached, out file))
        {
            return FindOutcome.File;
        }

        var lookedUpAt = _watcher?.Now ?? 0;
        Span<byte> buffer = stackalloc byte[RelativePath.MaxBytes];
        var outcome = Resolve(requestPath, mountLength, buffer, out var path, out var opened, out var contentType);
        if (outcome != FindOutcome.File)
        {
            if (outcome == FindOutcome.Unavailable && cached is not null && TryUse(cached, out file))
            {
                return FindOutcome.File;
            }

            file = null;
            if (cached is not null)
            {
                _cache!.Remove(cached);
            }

            return outcome;
        }

        var siblings = _siblings.Open(ref path, opened.Stat);
        var directory = _watcher?.Watch(path.Directory);
        if (cached is not null && IsSameVersion(cached.File, opened.Stat, siblings) && cached.File.TryAddReference())
        {
            opened.Handle!.Dispose();
            Array.ForEach(siblings, s => s.Opened.Handle!.Dispose());
            file = cached.File;
            if (!cached.IsWhereItWas || cached.Directory != directory)
            {
                Keep(requestPath, file, directory, lookedUpAt);
            }

            return FindOutcome.File;
        }

        file = _factory.Create(Encoding.UTF8.GetString(path.Terminated[..^1]), contentType!, opened, siblings);
        Keep(requestPath, file, directory, lookedUpAt);
        return FindOutcome.File;
    }

    private void Keep(string requestPath, OpenFile file, WatchedDirectory? directory, long lookedUpAt)
        => _cache?.Set(new CachedFile(requestPath, file, Environment.TickCount64 + _maxAge, directory, lookedUpAt));

    private static bool IsSameVersion(OpenFile file, in FileStat stat, OpenedSibling[] siblings)
    {
        if (stat != file.Stat || siblings.Length != file.Variants.Length)
        {
            return false;
        }

        for (var i = 0; i < siblings.Length; i++)
        {
            if (siblings[i].Opened.Stat != file.Variants[i].Stat)
            {
                return false;
            }
        }

        return true;
    }

    // Content changed in place, the file deleted or replaced: all seen on the descriptor itself, for one cheap call.
    private bool TryUse(CachedFile cached, [NotNullWhen(true)] out OpenFile? file)
    {
        file = cached.File;
        if (!file.TryAddReference())
        {
            return false;
        }

        if (IsUnchanged(file))
        {
            return true;
        }

        file.Release();
        return false;
    }

    private bool IsUnchanged(OpenFile file)
    {
        foreach (var variant in file.Variants)
        {
            if (!IsUnchanged(variant))
            {
                return false;
            }
        }

        return _root.TryStat(file.Handle, out var stat) && stat == file.Stat;
    }

    private FindOutcome Resolve(
        string requestPath, int mountLength, Span<byte> buffer, out RelativePath path, out OpenResult opened, out string? contentType)
    {
        contentType = null;
        opened = default;
        if (!RelativePath.TryRead(requestPath, mountLength, _serveHidden, buffer, out path))
        {
            return FindOutcome.NotFound;
        }

        if (path.IsDirectory || path.IsRoot)
        {
            var found = OpenDefaultDocument(ref path, requestPath, out opened, out contentType);
            return path.IsDirectory ? found : WithoutSlash(found, opened);
        }

        if (!_contentTypes.TryGet(requestPath, out contentType))
        {
            // Still a directory, perhaps.
            contentType = null;
        }

        opened = _root.Open(path.Terminated);
        if (opened.Outcome == OpenOutcome.Directory)
        {
            var found = OpenDefaultDocument(ref path, requestPath, out opened, out _);
            return WithoutSlash(found, opened);
        }

        // Nor is it told which there are of those that nobody may read.
        if (contentType is null && (opened.Outcome == OpenOutcome.File || (opened.Outcome == OpenOutcome.Denied && !IsDeniedDirectory(path))))
        {
            opened.Handle?.Dispose();
            return FindOutcome.NotFound;
        }

        return OutcomeOf(opened.Outcome, requestPath);
    }

    private bool IsDeniedDirectory(in RelativePath path)
    {
        if (_root is not IDirectoryRoot directories)
        {
            return false;
        }

        var outcome = directories.OpenDirectory(path.Terminated, out var directory);
        directory?.Dispose();
        return outcome == OpenOutcome.Denied;
    }

    private FindOutcome OpenDefaultDocument(ref RelativePath path, string requestPath, out OpenResult opened, out string? contentType)
    {
        var directoryLength = path.Terminated.Length - 1;
        foreach (var (bytes, name) in _defaultDocuments)
        {
            if (_contentTypes.TryGet(name, out contentType) && path.TrySetFileName(directoryLength, bytes))
            {
                opened = _root.Open(path.Terminated);
                var outcome = OutcomeOf(opened.Outcome, requestPath);
                if (outcome != FindOutcome.NotFound)
                {
                    return outcome;
                }
            }
        }

        opened = default;
        contentType = null;
        return FindOutcome.NotFound;
    }

    private static FindOutcome WithoutSlash(FindOutcome found, OpenResult document)
    {
        document.Handle?.Dispose();
        return found == FindOutcome.File ? FindOutcome.DirectoryWithoutSlash : found;
    }

    private FindOutcome OutcomeOf(OpenOutcome outcome, string requestPath)
    {
        switch (outcome)
        {
            case OpenOutcome.File:
                return FindOutcome.File;
            case OpenOutcome.Denied:
                StaticFilesLog.Denied(_logger, requestPath);
                return FindOutcome.Denied;
            case OpenOutcome.Unavailable:
                StaticFilesLog.Unavailable(_logger, requestPath);
                return FindOutcome.Unavailable;
            default:
                return FindOutcome.NotFound;
        }
    }
}
