using System.Net.Security;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>What this kernel and this OpenSSL do together. Found out once, when the first endpoint asks.</summary>
internal static class KernelTls
{
    private static readonly Lazy<(KernelTlsAbilities Abilities, KtlsFallback? Problem)> s_support = new(Probe);

    /// <summary>Why no connection's bytes can be encrypted by the kernel; null when some can.</summary>
    internal static KtlsFallback? Problem => s_support.Value.Problem;

    internal static bool IsAvailable => Problem is null;

    /// <summary>
    /// Whether OpenSSL would hand received TLS 1.3 over, as it does since 3.2. It must be kept from it: neither it nor kernels
    /// before 6.14 change a kernel's keys, and a client may change its own at any time (RFC 8446, section 4.6.3).
    /// </summary>
    internal static bool MustKeepReceiving => IsAvailable && OpenSslLibrary.IsAtLeast(3, 2);

    /// <summary>Why there is none and what to do about it, for messages.</summary>
    internal static string Remedy => Problem switch
    {
        KtlsFallback.NoKernelTls => "this kernel has no TLS: load its module (modprobe tls)",
        KtlsFallback.OpensslWithoutKtls => $"{OpenSsl.Ssl} was built without kernel TLS: install a build with enable-ktls",
        _ => "this kernel refuses its TLS to the process",
    };

    /// <summary>What can be offloaded, for the log.</summary>
    internal static string Describe()
    {
        if (!IsAvailable)
        {
            return $"none, {Remedy}";
        }

        var abilities = s_support.Value.Abilities;
        var sends = (abilities & (KernelTlsAbilities.SendTls12 | KernelTlsAbilities.SendTls13)) switch
        {
            KernelTlsAbilities.SendTls12 => "TLS 1.2",
            KernelTlsAbilities.SendTls13 => "TLS 1.3",
            _ => "TLS 1.2 and 1.3",
        };
        return abilities.HasFlag(KernelTlsAbilities.ReceiveTls12) ? $"encrypts {sends}, decrypts TLS 1.2" : $"encrypts {sends}";
    }

    /// <summary>Why a connection with this suite is not encrypted by the kernel.</summary>
    internal static KtlsFallback WhyNot(TlsCipherSuite suite) =>
        Problem ?? (CipherPolicies.IsForKernel(suite) ? KtlsFallback.RefusedByKernel : KtlsFallback.Cipher);

    private static (KernelTlsAbilities Abilities, KtlsFallback? Problem) Probe()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (KernelTlsAbilities.None, KtlsFallback.NoKernelTls);
        }

        try
        {
            var abilities = KernelTlsProbe.Ask();
            if ((abilities & (KernelTlsAbilities.SendTls12 | KernelTlsAbilities.SendTls13)) == 0)
            {
                return (KernelTlsAbilities.None, KtlsFallback.NoKernelTls);
            }

            if (!OpenSslKtlsProbe.Ask())
            {
                return (KernelTlsAbilities.None, KtlsFallback.OpensslWithoutKtls);
            }

            return (abilities, null);
        }
        catch (SocketException)
        {
            // No loopback to ask over.
            return (KernelTlsAbilities.None, KtlsFallback.RefusedByKernel);
        }
    }
}
