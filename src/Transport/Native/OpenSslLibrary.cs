using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Whether OpenSSL 3 is there, found out once and without throwing.</summary>
internal static class OpenSslLibrary
{
    private const nuint FirstVersion = 0x3000_0000;

    private static readonly Lazy<string?> s_problem = new(Probe);

    /// <summary>Why the library cannot be used; null when it can.</summary>
    internal static string? Problem => s_problem.Value;

    /// <summary>Whether the library is of this version or a newer one.</summary>
    internal static bool IsAtLeast(uint major, uint minor) => OpenSsl.OpenSSL_version_num() >= ((major << 28) | (minor << 20));

    /// <summary>For messages: <c>OpenSSL 3.0</c>.</summary>
    internal static string Name => $"OpenSSL {Number(OpenSsl.OpenSSL_version_num())}";

    private static string Number(nuint version) => $"{version >> 28}.{(version >> 20) & 0xFF}";

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "it needs Linux";
        }

        if (!NativeLibrary.TryLoad(OpenSsl.Crypto, out _) || !NativeLibrary.TryLoad(OpenSsl.Ssl, out _))
        {
            return $"{OpenSsl.Ssl} was not found: install OpenSSL 3";
        }

        var version = OpenSsl.OpenSSL_version_num();
        return version >= FirstVersion ? null : $"OpenSSL 3.0 or newer is needed, {Number(version)} was found";
    }
}
