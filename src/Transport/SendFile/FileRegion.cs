using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.SendFile;

/// <summary>
/// A region of an open file that stands in a connection's output in place of bytes. Holds a reference of its own on the
/// file, from arming until the region is sent or dropped.
/// </summary>
internal sealed class FileRegion
{
    // What a writer is given instead of memory while a region is armed. Never written to nor read: recognised by identity.
    private static readonly byte[] s_marker = new byte[16];

    private SafeFileHandle? _file;

    /// <summary>The memory that stands for file bytes.</summary>
    internal static Memory<byte> Marker => s_marker;

    /// <summary>Whether the region belongs to a response now.</summary>
    internal bool IsInUse => _file is not null;

    internal SafeFileHandle File => _file ?? throw new InvalidOperationException("The file region has been released.");

    /// <summary>First byte of the region in the file.</summary>
    internal long Offset { get; private set; }

    /// <summary>Bytes the writer may still advance over.</summary>
    internal long Unclaimed { get; private set; }

    /// <summary>Set when the kernel refuses sendfile for this file (a file system without it): its bytes are copied.</summary>
    internal bool MustCopy { get; set; }

    internal static bool IsMarker(ReadOnlyMemory<byte> memory) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(memory, out var segment) && ReferenceEquals(segment.Array, s_marker);

    /// <summary>Takes a reference on <paramref name="file"/>. False when it has been closed.</summary>
    internal bool TryUse(SafeFileHandle file, long offset, long count)
    {
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        _file = file;
        Offset = offset;
        Unclaimed = count;
        MustCopy = false;
        return true;
    }

    internal void Claim(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Unclaimed);
        Unclaimed -= bytes;
    }

    internal void Release()
    {
        // The application's disarming and the sender's last byte may meet here.
        Interlocked.Exchange(ref _file, null)?.DangerousRelease();
    }
}
