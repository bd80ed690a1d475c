namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>A file of known bytes, deleted at the end.</summary>
internal sealed class PatternFile : IDisposable
{
    private PatternFile(string path, long length) => (Path, Length) = (path, length);

    public string Path { get; }

    public long Length { get; }

    public static async Task<PatternFile> CreateAsync(long length)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.bin");
        await using var file = File.Create(path);
        await Pattern.WriteAsync(file, length);
        return new PatternFile(path, length);
    }

    public void Dispose() => File.Delete(Path);
}
