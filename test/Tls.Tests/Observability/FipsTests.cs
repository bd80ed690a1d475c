using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport.Tls.Fingerprints;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>Where OpenSSL has no MD5, as in FIPS mode.</summary>
[Collection(Alone.Name)]
public sealed class FipsTests
{
    [Fact]
    public async Task Ja3_WithoutMd5_Empty()
    {
        // In a process that has not used MD5 yet: the framework keeps what it has once found.
        var result = await ChildTest.RunAsync(typeof(FipsTests), nameof(Ja3_InFipsMode));

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    [Fact(Explicit = true)]
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "That it cannot be used is what is asked.")]
    public void Ja3_InFipsMode()
    {
        var message = new ClientHelloBuilder().With(0, 0).Build();

        // A library context without MD5, this thread's (OSSL_LIB_CTX_set0_default(3)); one of FIPS mode has none either.
        var context = OSSL_LIB_CTX_new();
        Assert.NotEqual(0, OSSL_PROVIDER_load(context, "null"));
        var before = OSSL_LIB_CTX_set0_default(context);
        try
        {
            Assert.NotNull(Record.Exception(() => MD5.HashData("x"u8)));
            var fingerprints = TlsFingerprints.Of(message)!;

            Assert.Equal("", fingerprints.Ja3);
            Assert.StartsWith("771,4865,0,", fingerprints.Ja3Raw, StringComparison.Ordinal);
        }
        finally
        {
            _ = OSSL_LIB_CTX_set0_default(before);
        }
    }

    [DllImport("libcrypto.so.3")]
    private static extern nint OSSL_LIB_CTX_new();

    [DllImport("libcrypto.so.3")]
    private static extern nint OSSL_LIB_CTX_set0_default(nint context);

    [DllImport("libcrypto.so.3", CharSet = CharSet.Ansi)]
    private static extern nint OSSL_PROVIDER_load(nint context, [MarshalAs(UnmanagedType.LPStr)] string name);
}
