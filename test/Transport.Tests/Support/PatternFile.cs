namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>A file of <see cref="Pattern"/> bytes in a folder of its own, removed with it.</summary>
internal sealed class PatternFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-file-").FullName;

    private PatternFile(long length, string name)
    {
        Length = length;
        FullPath = Path.Combine(_folder, name);
    }

    internal string FullPath { get; }

    internal string Folder => _folder;

    internal long Length { get; }

    internal static PatternFile Create(int length, string name = "data.bin")
    {
        var file = new PatternFile(length, name);
        File.WriteAllBytes(file.FullPath, Pattern.Bytes(length));
        return file;
    }

    /// <summary>A file with a hole: only its last <paramref name="tail"/> bytes are the pattern's, the others are zero.</summary>
    internal static PatternFile CreateSparse(long length, int tail)
    {
        var file = new PatternFile(length, "sparse.bin");
        using var handle = File.OpenHandle(file.FullPath, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(handle, length);
        RandomAccess.Write(handle, Pattern.Bytes(tail, length - tail), length - tail);
        return file;
    }

    /// <summary>How many descriptors of this process are open on the file.</summary>
    internal int CountOpen() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(IsThisFile);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private bool IsThisFile(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget?.StartsWith(FullPath, StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // It was closed in between.
            return false;
        }
    }
}
