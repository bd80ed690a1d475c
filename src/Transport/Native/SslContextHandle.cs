using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>An SSL_CTX. OpenSSL counts references: the sessions made from it keep it alive after this handle is closed.</summary>
internal sealed class SslContextHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private static int s_live;

    internal SslContextHandle(nint context)
        : base(ownsHandle: true)
    {
        SetHandle(context);
        if (!IsInvalid)
        {
            Count(1);
        }
    }

    /// <summary>Handles that were made and not closed yet. In builds with <c>AERONET_ASSERTS</c> alone; 0 in others.</summary>
    internal static int Live => Volatile.Read(ref s_live);

    internal nint Pointer => handle;

    protected override bool ReleaseHandle()
    {
        OpenSsl.SSL_CTX_free(handle);
        Count(-1);
        return true;
    }

    [Conditional("AERONET_ASSERTS")]
    private static void Count(int change) => Interlocked.Add(ref s_live, change);
}
