using System.Diagnostics.CodeAnalysis;
using System.Text;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>From a request path to an open file: by the cache, or by opening it beneath the root.</summary>
internal sealed class FileFinder : IDisposable
{
    private readonly IFileRoot _root;
    private readonly OpenFileCache? _cache;
    private readonly FileExtensionContentTypeProvider _contentTypes = new();
    private readonly string _mount;
    private readonly bool _serveHidden;
    private readonly string? _defaultContentType;
    private readonly (byte[] Bytes, string Name)[] _defaultDocuments;
    private readonly long _maxAge;
    private readonly ILogger _logger;

    public FileFinder(IFileRoot root, AeronetStaticFileOptions options, ILogger logger)
    {
        _root = root;
        _logger = logger;
        _mount = options.RequestPath;
        _serveHidden = options.ServeHidden;
        _defaultContentType = options.ServeUnknownFileTypes ? options.DefaultContentType : null;
        _defaultDocuments = [.. (options.DefaultDocuments ?? []).Select(name => (Encoding.UTF8.GetBytes(name), name))];
        _maxAge = (long)options.OpenFileCacheMaxAge.TotalMilliseconds;
        _cache = options.OpenFileCacheSize > 0 ? new OpenFileCache(options.OpenFileCacheSize) : null;
    }

    /// <summary>Finds what <paramref name="path"/> leads to now.</summary>
    public FindOutcome Find(string path, out OpenFile? file)
    {
        if (_cache is null || !_cache.TryGet(path, out var cached))
        {
            return Open(path, null, out file);
        }

        return !cached.TryClaimLookup(Environment.TickCount64, _maxAge) && TryUse(cached, out file)
            ? FindOutcome.File
            : Open(path, cached, out file);
    }

    /// <summary>Whether files of that name have a content type that is served.</summary>
    public bool IsServedType(string name) => TryGetContentType(name, out _);

    public void Dispose() => _cache?.Dispose();

    private FindOutcome Open(string path, CachedFile? cached, out OpenFile? file)
    {
        var outcome = Resolve(path, out var opened, out var contentType);
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

        if (cached is not null && opened.Stat == cached.File.Stat && cached.File.TryAddReference())
        {
            opened.Handle!.Dispose();
            file = cached.File;
            return FindOutcome.File;
        }

        file = new OpenFile(opened.Handle!, opened.Stat, contentType!);
        _cache?.Set(path, file, Environment.TickCount64 + _maxAge);
        return FindOutcome.File;
    }

    // Content changed in place, the file deleted or replaced: all seen on the descriptor itself, for one cheap call.
    private bool TryUse(CachedFile cached, [NotNullWhen(true)] out OpenFile? file)
    {
        file = cached.File;
        if (!file.TryAddReference())
        {
            return false;
        }

        if (_root.TryStat(file.Handle, out var stat) && stat == file.Stat)
        {
            return true;
        }

        file.Release();
        return false;
    }

    private FindOutcome Resolve(string requestPath, out OpenResult opened, out string? contentType)
    {
        contentType = null;
        opened = default;
        Span<byte> buffer = stackalloc byte[RelativePath.MaxBytes];
        if (!RelativePath.TryRead(requestPath, _mount, _serveHidden, buffer, out var path))
        {
            return FindOutcome.NotFound;
        }

        if (path.IsDirectory || path.IsRoot)
        {
            var found = OpenDefaultDocument(ref path, requestPath, out opened, out contentType);
            return path.IsDirectory ? found : WithoutSlash(found, opened);
        }

        if (!TryGetContentType(requestPath, out contentType))
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

        if (opened.Outcome == OpenOutcome.File && contentType is null)
        {
            opened.Handle!.Dispose();
            return FindOutcome.NotFound;
        }

        return OutcomeOf(opened.Outcome, requestPath);
    }

    private FindOutcome OpenDefaultDocument(ref RelativePath path, string requestPath, out OpenResult opened, out string? contentType)
    {
        var directoryLength = path.Terminated.Length - 1;
        foreach (var (bytes, name) in _defaultDocuments)
        {
            if (TryGetContentType(name, out contentType) && path.TrySetFileName(directoryLength, bytes))
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

    private bool TryGetContentType(string path, out string? contentType)
    {
        if (!_contentTypes.TryGetContentType(path, out contentType))
        {
            contentType = _defaultContentType;
        }

        return contentType is not null;
    }

    private FindOutcome OutcomeOf(OpenOutcome outcome, string requestPath)
    {
        switch (outcome)
        {
            case OpenOutcome.File:
                return FindOutcome.File;
            case OpenOutcome.Denied:
                StaticFilesLog.Denied(_logger, requestPath);
                return FindOutcome.NotFound;
            case OpenOutcome.Unavailable:
                StaticFilesLog.Unavailable(_logger, requestPath);
                return FindOutcome.Unavailable;
            default:
                return FindOutcome.NotFound;
        }
    }
}
