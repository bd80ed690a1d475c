using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>Makes files whose names are any bytes, which .NET's own calls cannot, nor can they delete them.</summary>
internal sealed partial class RawNames(string directory) : IDisposable
{
    private readonly Stack<byte[]> _made = [];

    /// <summary>Makes an empty file.</summary>
    public void CreateFile(ReadOnlySpan<byte> name)
    {
        var path = PathOf(name);
        var descriptor = creat(path, 0x1a4);
        Check(descriptor);
        Check(close(descriptor));
        _made.Push(path);
    }

    /// <summary>Makes a directory.</summary>
    public void CreateDirectory(ReadOnlySpan<byte> name)
    {
        var path = PathOf(name);
        Check(mkdir(path, 0x1ed));
        _made.Push(path);
    }

    public void Dispose()
    {
        while (_made.TryPop(out var path))
        {
            Check(remove(path));
        }
    }

    private byte[] PathOf(ReadOnlySpan<byte> name) => [.. Encoding.UTF8.GetBytes(directory), (byte)'/', .. name, 0];

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int creat(byte[] path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mkdir(byte[] path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int remove(byte[] path);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
