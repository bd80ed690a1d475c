using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// A BIO into which everything goes and nothing comes out. Unlike BIO_s_null it agrees to whatever it is asked, also to take keys
/// for the kernel: OpenSSL since 3.2 asks a session's BIO that when it changes keys, and fails where it refuses.
/// </summary>
internal static unsafe class DiscardBio
{
    // BIO_TYPE_SOURCE_SINK with a number of its own (BIO_meth_new(3): above 127 is the application's).
    private const int Type = 0x400 | 200;

    // Lives as long as the process, as OpenSSL's own methods do.
    private static readonly nint s_method = CreateMethod();

    /// <summary>A new one; 0 when there is no memory.</summary>
    internal static nint Create() => s_method == 0 ? 0 : OpenSsl.BIO_new(s_method);

    private static nint CreateMethod()
    {
        var method = OpenSsl.BIO_meth_new(Type, "discard");
        if (method != 0)
        {
            _ = OpenSsl.BIO_meth_set_write(method, &OnWrite);
            _ = OpenSsl.BIO_meth_set_ctrl(method, &OnControl);
            _ = OpenSsl.BIO_meth_set_create(method, &OnCreate);
        }

        return method;
    }

    [UnmanagedCallersOnly]
    private static int OnCreate(nint bio)
    {
        try
        {
            OpenSsl.BIO_set_init(bio, 1);
            return 1;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    [UnmanagedCallersOnly]
    private static int OnWrite(nint bio, byte* bytes, int length)
    {
        try
        {
            return length;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    [UnmanagedCallersOnly]
    private static nint OnControl(nint bio, int command, nint large, nint pointer)
    {
        try
        {
            return 1;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }
}
