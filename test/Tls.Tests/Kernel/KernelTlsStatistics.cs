using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>The kernel's own count of what it encrypts (Documentation/networking/tls.rst, "Statistics"), from a moment on.</summary>
internal sealed class KernelTlsStatistics
{
    /// <summary>The trait of tests that need a kernel with TLS; eng/ktls.sh runs them.</summary>
    public const string Category = "KernelTls";

    public const string Source = "/proc/net/tls_stat";

    private readonly Dictionary<string, long> _before = Read();

    private KernelTlsStatistics()
    {
    }

    /// <summary>Begins to count, or skips the test where the kernel has no TLS.</summary>
    public static KernelTlsStatistics Require()
    {
        Assert.SkipUnless(File.Exists(Source), "this kernel has no TLS (modprobe tls): ./eng/ktls.sh --install runs it in one that has");

        // The transport's own question to the kernel, asked once, is counted too.
        Assert.True(KernelTls.IsAvailable, KernelTls.Remedy);
        return new KernelTlsStatistics();
    }

    /// <summary>Connections whose bytes the kernel has begun to encrypt.</summary>
    public long Sending => Since("TlsTxSw") + Since("TlsTxDevice");

    /// <summary>Connections whose bytes the kernel has begun to decrypt.</summary>
    public long Receiving => Since("TlsRxSw") + Since("TlsRxDevice");

    /// <summary>Of those that send, how many are open.</summary>
    public long Open => Since("TlsCurrTxSw") + Since("TlsCurrTxDevice");

    public long DecryptErrors => Since("TlsDecryptError");

    private long Since(string name) => Read()[name] - _before[name];

    private static Dictionary<string, long> Read()
        => File.ReadLines(Source)
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(words => words[0], words => long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
}
