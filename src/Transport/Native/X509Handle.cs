using System.Security.Cryptography.X509Certificates;
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

    /// <exception cref="InvalidOperationException">OpenSSL cannot read it.</exception>
    internal static X509Handle Of(X509Certificate2 certificate)
    {
        var parsed = Parse(certificate.RawData);
        return !parsed.IsInvalid ? parsed : throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"The certificate '{certificate.Subject}' cannot be read");
    }

    /// <summary>A certificate's DER form.</summary>
    internal static unsafe byte[] Encode(nint certificate)
    {
        var der = new byte[Math.Max(0, OpenSsl.i2d_X509(certificate, null))];
        fixed (byte* start = der)
        {
            var position = start;
            _ = OpenSsl.i2d_X509(certificate, &position);
        }

        return der;
    }

    protected override bool ReleaseHandle()
    {
        OpenSsl.X509_free(handle);
        return true;
    }
}
