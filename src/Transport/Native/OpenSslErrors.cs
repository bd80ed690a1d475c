using System.Runtime.InteropServices;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Reads the calling thread's OpenSSL error queue (ERR_get_error(3)).</summary>
internal static unsafe class OpenSslErrors
{
    // ERR_GET_LIB(3): a flag for errnos, nine bits of library, 23 of reason.
    private const nuint SystemFlag = 1u << 31;
    private const int LibraryOffset = 23;
    private const nuint LibraryMask = 0xFF;
    private const nuint ReasonMask = 0x7F_FFFF;
    private const nuint LibrarySsl = 20;

    /// <summary>The errno of the system call under the OpenSSL call just made. Must follow it at once.</summary>
    internal static int SystemError => Marshal.GetLastSystemError();

    /// <summary>Takes every error off the queue. The first is the cause; null when there was none.</summary>
    internal static string? Take() => Take(out _);

    /// <summary>Takes every error off the queue. The first is the cause; null when there was none.</summary>
    /// <param name="reason">What libssl itself made of it last that says something (<see cref="OpenSslReasons"/>); 0 when it said nothing.</param>
    internal static string? Take(out int reason)
    {
        string? first = null;
        reason = 0;
        for (var error = OpenSsl.ERR_get_error(); error != 0; error = OpenSsl.ERR_get_error())
        {
            first ??= Describe(error);
            var said = (int)(error & ReasonMask);
            if ((error & SystemFlag) == 0 && ((error >> LibraryOffset) & LibraryMask) == LibrarySsl
                && (reason == 0 || said != OpenSslReasons.RecordLayerFailure))
            {
                reason = said;
            }
        }

        return first;
    }

    /// <summary>What could not be done, and OpenSSL's reason.</summary>
    /// <param name="reason">From <see cref="Take()"/>, called before the rest of the message is made: the framework's certificates clear the queue when they are asked for anything.</param>
    /// <param name="what">What could not be done.</param>
    internal static InvalidOperationException Failure(string? reason, string what) => new($"{what}: {reason ?? "no reason given"}.");

    /// <summary>The words for a verdict on a certificate (X509_verify_cert_error_string(3)).</summary>
    internal static string DescribeVerdict(nint verdict) =>
        Marshal.PtrToStringUTF8((nint)OpenSsl.X509_verify_cert_error_string(verdict)) ?? $"error {verdict}";

    private static string Describe(nuint error)
    {
        // error:0A0000C1:SSL routines::no shared cipher
        var text = stackalloc byte[256];
        OpenSsl.ERR_error_string_n(error, text, 256);
        var line = Encoding.UTF8.GetString(text, new ReadOnlySpan<byte>(text, 256).IndexOf((byte)0));
        return line[(line.LastIndexOf(':') + 1)..];
    }
}
