using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// A page for a secret: no garbage collector copies it, core dumps leave it out (madvise(2), MADV_DONTDUMP), it is not swapped where
/// the process may lock memory (mlock(2), RLIMIT_MEMLOCK), a forked child has zeros there (MADV_WIPEONFORK), and it is wiped before it
/// is given back, when it was disposed and the last who uses it has ended.
/// </summary>
internal sealed unsafe class SecretMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly nuint _page = (nuint)Environment.SystemPageSize;

    /// <summary>Copies a secret of at most a page. The caller wipes its own.</summary>
    internal SecretMemory(ReadOnlySpan<byte> secret)
        : base(ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((nuint)secret.Length, _page, nameof(secret));
        var page = Libc.mmap(0, _page, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        if (page == Libc.MAP_FAILED)
        {
            throw new InsufficientMemoryException("The system has no page of memory for a secret.");
        }

        SetHandle(page);
        _ = Libc.madvise(page, _page, Libc.MADV_DONTDUMP);
        _ = Libc.madvise(page, _page, Libc.MADV_WIPEONFORK);
        _ = Libc.mlock(page, _page);
        secret.CopyTo(new Span<byte>((void*)page, secret.Length));
    }

    /// <summary>The secret. For who has called <see cref="TryUse"/> and not <see cref="EndUse"/> yet.</summary>
    internal byte* Pointer => (byte*)handle;

    /// <summary>Keeps the secret until <see cref="EndUse"/>; false when it is gone.</summary>
    internal bool TryUse()
    {
        var used = false;
        try
        {
            DangerousAddRef(ref used);
        }
        catch (ObjectDisposedException)
        {
            // It left between the look at who has it and this call, which happens once in a rotation if ever.
            return false;
        }

        return used;
    }

    internal void EndUse() => DangerousRelease();

    protected override bool ReleaseHandle()
    {
        CryptographicOperations.ZeroMemory(new Span<byte>((void*)handle, (int)_page));
        return Libc.munmap(handle, _page) == 0;
    }
}
