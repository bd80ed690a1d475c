using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Functional.Tests.Endpoints;

/// <summary>
/// A descriptor of which the server is told the number only. It is a duplicate that no .NET object owns: a server that closes it
/// must not close one that .NET closes again, when the number may be another test's socket.
/// </summary>
internal sealed partial class InheritedDescriptor : IDisposable
{
    private readonly string _identity;

    public InheritedDescriptor(SafeHandle source)
    {
        var descriptor = Duplicate((int)source.DangerousGetHandle());
        Assert.True(descriptor > 0);
        Number = (ulong)descriptor;
        _identity = Identify()!;
    }

    public ulong Number { get; }

    /// <summary>Whether the number still stands for what it stood for.</summary>
    public bool IsOpen => Identify() == _identity;

    public void Dispose()
    {
        if (IsOpen)
            Assert.Equal(0, Close((int)Number));
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    private string? Identify() => new FileInfo($"/proc/self/fd/{Number}").LinkTarget;
}
