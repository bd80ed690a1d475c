using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>Whether this kernel has TLS (Documentation/networking/tls.rst).</summary>
internal static class KernelTls
{
    private static readonly Lazy<bool> s_available = new(Probe);

    internal static bool IsAvailable => s_available.Value;

    // Asking a socket makes the kernel load the module. One that is not connected answers ENOTCONN where there is TLS and
    // ENOENT where there is none.
    private static bool Probe() => OperatingSystem.IsLinux() && SocketProbe.HasUpperLayerProtocol("tls"u8);
}
