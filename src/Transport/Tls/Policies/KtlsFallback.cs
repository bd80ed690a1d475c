namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>Why a connection that might have been encrypted by the kernel is encrypted in user space.</summary>
internal enum KtlsFallback
{
    /// <summary>The kernel has no TLS, or its module is not loaded.</summary>
    NoKernelTls,

    /// <summary>OpenSSL was built without kernel TLS.</summary>
    OpensslWithoutKtls,

    /// <summary>A cipher suite that OpenSSL does not hand to the kernel.</summary>
    Cipher,

    /// <summary>The kernel does not take the cipher or the version, lacks its algorithm, or forbids it to this process.</summary>
    RefusedByKernel,
}
