
namespace Aeronet.AspNetCore.Transport;

/// <summary>Whether TLS records are encrypted by the kernel, which lets files be sent without a copy.</summary>
public enum KtlsMode
{
    /// <summary>Never.</summary>
    Disabled,

    /// <summary>Where the kernel, the library and the agreed cipher can; otherwise in user space, silently and counted. The default.</summary>
    Opportunistic,

    /// <summary>As <see cref="Opportunistic"/>, and a kernel that cannot is logged as a warning at start.</summary>
    Enabled,

    /// <summary>The server does not start where the kernel cannot, and a connection whose cipher it cannot do is refused.</summary>
    Required,
}
