using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>What each <see cref="KtlsMode"/> does with a client whose cipher the kernel cannot do, and with one whose it can.</summary>
[Trait("Category", KernelTlsStatistics.Category)]
[Collection(Alone.Name)]
public sealed class ModeTests
{
    private const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    /// <summary>Arguments of s_client for a cipher that OpenSSL keeps to itself, and the policy that offers it.</summary>
    public static TheoryData<TlsCipherPolicy, string[]> KeptCiphers => new()
    {
        { TlsCipherPolicy.Compatibility, ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"] },
        { TlsCipherPolicy.Custom, ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA"] },
        { TlsCipherPolicy.Custom, ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-CCM"] },
        { TlsCipherPolicy.Custom, ["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"] },
    };

    [Theory]
    [MemberData(nameof(KeptCiphers))]
    public async Task Required_CipherOfUserSpace_RefusedByAlertAndNoSuccess(TlsCipherPolicy policy, string[] client)
    {
        var kernel = KernelTlsStatistics.Require();
        await using var host = await StartAsync(KtlsMode.Required, policy);

        var output = await OpensslClient.RunAsync(host, client);

        Assert.Contains("alert handshake failure", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hello there", output, StringComparison.Ordinal);
        Assert.Equal(0, kernel.Sending);
        Assert.Equal(0, host.Metrics.Total("aeronet.tls.connections"));
        await Eventually.HoldsAsync(
            () => host.Metrics.Total("kestrel.tls_handshake.duration", ("error.type", typeof(AuthenticationException).FullName!)) > 0,
            "the failure to be counted",
            () => $"{host.Metrics}");
    }

    [Theory]
    [MemberData(nameof(KeptCiphers))]
    public async Task Opportunistic_CipherOfUserSpace_AnsweredAndCounted(TlsCipherPolicy policy, string[] client)
    {
        KernelTlsStatistics.Require();
        await using var host = await StartAsync(KtlsMode.Opportunistic, policy);

        var output = await OpensslClient.RunAsync(host, client, Close);

        Assert.Contains("hello there", output, StringComparison.Ordinal);

        // OpenSSL hands CCM of TLS 1.3 over since 3.2, with the record layer it has from then on.
        var isKept = client[0] != "-tls1_3" || !OpenSslLibrary.IsAtLeast(3, 2);
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.connections", ("aeronet.ktls.send", !isKept)));
        Assert.Equal(isKept ? 1 : 0, host.Metrics.Total("aeronet.ktls.fallbacks", ("aeronet.fallback.reason", "cipher")));
    }

    [Fact]
    public async Task Required_CustomCiphers_ThoseOfTheKernelAreLeft()
    {
        var kernel = KernelTlsStatistics.Require();
        await using var host = await StartAsync(KtlsMode.Required, TlsCipherPolicy.Custom);

        foreach (var client in new string[][] { ["-tls1_2"], ["-tls1_3"], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM"] })
            Assert.Contains("hello there", await OpensslClient.RunAsync(host, client, Close), StringComparison.Ordinal);

        Assert.Equal(3, kernel.Sending);
    }

    [Theory]
    [InlineData(KtlsMode.Disabled, 0)]
    [InlineData(KtlsMode.Opportunistic, 1)]
    [InlineData(KtlsMode.Enabled, 1)]
    [InlineData(KtlsMode.Required, 1)]
    public async Task Mode_CipherOfTheKernel_OffloadedUnlessDisabled(KtlsMode mode, int offloaded)
    {
        var kernel = KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(1_000_000);
        await using var host = await KernelHost.StartAsync(file, options => options.Ktls = mode);
        await using var client = await TlsClient.ConnectAsync(host);
        await client.SendAsync(Close);
        await client.ReadUntilAsync("\r\n\r\n");
        var body = await client.ReadToEndAsync();

        Assert.Equal(-1, Pattern.FindMismatch(System.Text.Encoding.Latin1.GetBytes(body)));
        Assert.Equal(offloaded, kernel.Sending);
        Assert.Equal(offloaded * file.Length, KernelHost.SentByKernel(host));
        Assert.Equal(1 - offloaded, host.Metrics.Total("aeronet.sendfile.fallbacks", ("aeronet.fallback.reason", "user_space_tls")));
        Assert.Equal(0, host.Metrics.Total("aeronet.ktls.fallbacks"));
    }

    [Fact]
    public async Task Start_OneLineSaysWhatTheKernelDoes()
    {
        KernelTlsStatistics.Require();
        await using var host = await StartAsync(KtlsMode.Enabled, TlsCipherPolicy.Custom);

        var line = Assert.Single(host.Logs.From("Aeronet", LogLevel.Information), entry => entry.EventId.Name == "TlsStarted");
        Assert.Matches("kernel TLS: encrypts TLS 1.2 and 1.3, decrypts TLS 1.2", line.Message);
        Assert.DoesNotContain(host.Logs.From("Aeronet", LogLevel.Warning), entry => entry.EventId.Name == "NoKernelTls");
    }

    private static Task<KestrelHost> StartAsync(KtlsMode mode, TlsCipherPolicy policy)
        => KernelHost.StartAsync(context => context.Response.WriteAsync("hello there"), options =>
        {
            options.Ktls = mode;
            options.CipherPolicy = policy;
            if (policy == TlsCipherPolicy.Custom)
            {
                options.CipherList = "ECDHE:!aNULL:!eNULL";
                options.CipherSuites = "TLS_AES_128_CCM_SHA256:TLS_AES_128_GCM_SHA256";
            }
        });
}
