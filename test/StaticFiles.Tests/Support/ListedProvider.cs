using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>A provider of one directory that has whatever names it is given, or cannot be read.</summary>
internal sealed class ListedProvider(params string[] names) : IFileProvider, IDirectoryContents
{
    private ConfigurationReloadToken _change = new();

    /// <summary>The names from now on; nobody is told.</summary>
    public IReadOnlyList<string> Names { get; set; } = names;

    /// <summary>Thrown by reading the directory.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Whether it says when something changes.</summary>
    public bool TellsChanges { get; init; }

    /// <summary>What was asked to be watched.</summary>
    public List<string> Filters { get; } = [];

    public int Reads { get; private set; }

    public bool Exists => true;

    public void TellChange() => Interlocked.Exchange(ref _change, new ConfigurationReloadToken()).OnReload();

    public IDirectoryContents GetDirectoryContents(string subpath) => subpath == "/" ? this : NotFoundDirectoryContents.Singleton;

    public IFileInfo GetFileInfo(string subpath) => new NotFoundFileInfo(subpath);

    public IChangeToken Watch(string filter)
    {
        Filters.Add(filter);
        return TellsChanges ? _change : NullChangeToken.Singleton;
    }

    public IEnumerator<IFileInfo> GetEnumerator()
    {
        Reads++;
        return Failure is null ? Names.Select(IFileInfo (name) => new Entry(name)).GetEnumerator() : throw Failure;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Entry(string name) : IFileInfo
    {
        public bool Exists => true;

        public long Length => 5;

        public string? PhysicalPath => throw new InvalidOperationException("A list has no use for it.");

        public string Name => name;

        public DateTimeOffset LastModified => DateTimeOffset.UnixEpoch;

        public bool IsDirectory => false;

        public Stream CreateReadStream() => throw new InvalidOperationException("A list opens no file.");
    }
}
