using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>An SSL_CTX. OpenSSL counts references: the sessions made from it keep it alive after this handle is closed.</summary>
internal sealed class SslContextHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal SslContextHandle(nint context)
        : base(ownsHandle: true) => SetHandle(context);

    internal nint Pointer => handle;

    protected override bool ReleaseHandle()
    {
        OpenSsl.SSL_CTX_free(handle);
        return true;
    }
}
