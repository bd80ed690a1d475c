using System.Text;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>A provider of texts that have no path, all of one date.</summary>
internal sealed class TextProvider(params (string Path, string Text)[] files) : IFileProvider
{
    public IDirectoryContents GetDirectoryContents(string subpath) => NotFoundDirectoryContents.Singleton;

    public IFileInfo GetFileInfo(string subpath)
        => files.FirstOrDefault(file => "/" + file.Path == subpath) is { Text: { } text } ? new TextFile(subpath, text) : new NotFoundFileInfo(subpath);

    public IChangeToken Watch(string filter) => NullChangeToken.Singleton;

    private sealed class TextFile(string name, string text) : IFileInfo
    {
        public bool Exists => true;

        public long Length => Encoding.UTF8.GetByteCount(text);

        public string? PhysicalPath => null;

        public string Name => name;

        public DateTimeOffset LastModified => new(2024, 2, 29, 12, 34, 56, TimeSpan.Zero);

        public bool IsDirectory => false;

        public Stream CreateReadStream() => new MemoryStream(Encoding.UTF8.GetBytes(text));
    }
}
