using System.Runtime.InteropServices;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Reads the calling thread's OpenSSL error queue (ERR_get_error(3)).</summary>
internal static unsafe class OpenSslErrors
{
    /// <summary>The errno of the system call under the OpenSSL call just made. Must follow it at once.</summary>
    internal static int SystemError => Marshal.GetLastSystemError();

    /// <summary>Takes every error off the queue. The first is the cause; null when there was none.</summary>
    internal static string? Take()
    {
        string? first = null;
        for (var error = OpenSsl.ERR_get_error(); error != 0; error = OpenSsl.ERR_get_error())
        {
            first ??= Describe(error);
        }

        return first;
    }

    private static string Describe(nuint error)
    {
        // error:0A0000C1:SSL routines::no shared cipher
        var text = stackalloc byte[256];
        OpenSsl.ERR_error_string_n(error, text, 256);
        var line = Encoding.UTF8.GetString(text, new ReadOnlySpan<byte>(text, 256).IndexOf((byte)0));
        return line[(line.LastIndexOf(':') + 1)..];
    }
}
