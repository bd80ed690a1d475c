using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>Keeps a handle's descriptor from being closed, and its number from being used again, during one system call.</summary>
internal readonly ref struct HandleReference
{
    private readonly SafeFileHandle? _handle;

    /// <summary>References <paramref name="handle"/>, or stands for the working directory when it is null.</summary>
    public HandleReference(SafeFileHandle? handle)
    {
        Descriptor = Libc.AT_FDCWD;
        if (handle is not null)
        {
            var referenced = false;
            handle.DangerousAddRef(ref referenced);
            _handle = handle;
            Descriptor = handle.DangerousGetHandle();
        }
    }

    public nint Descriptor { get; }

    public void Dispose() => _handle?.DangerousRelease();
}
