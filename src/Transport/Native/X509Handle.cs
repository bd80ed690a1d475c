using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>An X509, one certificate.</summary>
internal sealed class X509Handle : SafeHandleZeroOrMinusOneIsInvalid
{
    private X509Handle(nint certificate)
        : base(ownsHandle: true) => SetHandle(certificate);

    internal nint Pointer => handle;

    /// <summary>Reads a certificate's DER form; an invalid handle when OpenSSL cannot, with its reason in the error queue.</summary>
    internal static unsafe X509Handle Parse(ReadOnlySpan<byte> der)
    {
        fixed (byte* start = der)
        {
            var position = start;
            OpenSsl.ERR_clear_error();
            return new X509Handle(OpenSsl.d2i_X509(0, &position, der.Length));
        }
    }

    protected override bool ReleaseHandle()
    {
        OpenSsl.X509_free(handle);
        return true;
    }
}
