using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>What is counted and said where OpenSSL encrypts in user space; on any kernel.</summary>
public sealed class UserSpaceTests
{
    [Fact]
    public async Task File_IsCountedAsCopied()
    {
        using var file = await PatternFile.CreateAsync(1_000_000);
        await using var host = await TlsHost.StartAsync(context => KernelHost.SendAsync(context, file), tls => tls.Ktls = KtlsMode.Disabled);
        using var client = host.CreateHttpClient(trusted: Certificates.Ecdsa);
        for (var i = 0; i < 3; i++)
        {
            await using var body = await client.GetStreamAsync("/");
            Assert.Equal(file.Length, await Pattern.VerifyAsync(body).OrTimeout("the download"));
        }

        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.bytes"));
        Assert.Equal(3, host.Metrics.Total("aeronet.sendfile.fallbacks", ("aeronet.fallback.reason", "user_space_tls")));
        Assert.Equal(0, host.Metrics.Total("aeronet.ktls.fallbacks"));

        // Counted when the call returns, by which time the client may have them.
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.bytes.sent") >= 3 * file.Length, "the bytes to be counted", host.Metrics.ToString);
        Assert.InRange(host.Metrics.Total("aeronet.bytes.sent"), 3 * file.Length, (3 * file.Length) + 10_000);
    }

    [Theory]
    [InlineData(KtlsMode.Opportunistic, 0)]
    [InlineData(KtlsMode.Enabled, 1)]
    public async Task NoKernelTls_SaidAtStartAndCountedByReason(KtlsMode mode, int warnings)
    {
        Assert.SkipWhen(File.Exists(KernelTlsStatistics.Source), "this kernel has TLS");
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls => tls.Ktls = mode);
        using var client = host.CreateHttpClient(trusted: Certificates.Ecdsa);
        Assert.Equal("ok", await client.GetStringAsync("/"));

        var line = Assert.Single(host.Logs.From("Aeronet", LogLevel.Information), entry => entry.EventId.Name == "TlsStarted");
        Assert.Contains("https://", line.Message, StringComparison.Ordinal);
        Assert.Contains("kernel TLS: none, this kernel has no TLS: load its module (modprobe tls)", line.Message, StringComparison.Ordinal);
        Assert.Equal(warnings, host.Logs.From("Aeronet", LogLevel.Warning).Count(entry => entry.EventId.Name == "NoKernelTls"));
        Assert.Equal(1, host.Metrics.Total("aeronet.ktls.fallbacks", ("aeronet.fallback.reason", "no_kernel_tls")));
    }
}
