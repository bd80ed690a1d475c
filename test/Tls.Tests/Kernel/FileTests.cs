using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>Files by sendfile to a socket that the kernel encrypts.</summary>
[Trait("Category", KernelTlsStatistics.Category)]
[Collection(Alone.Name)]
public sealed class FileTests
{
    private const int Small = 1024;
    private const int Medium = 1024 * 1024;
    private const int Large = 200 * 1024 * 1024;

    private const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(SslProtocols.Tls12, Small)]
    [InlineData(SslProtocols.Tls12, Medium)]
    [InlineData(SslProtocols.Tls12, Large)]
    [InlineData(SslProtocols.Tls13, Small)]
    [InlineData(SslProtocols.Tls13, Medium)]
    [InlineData(SslProtocols.Tls13, Large)]
    public async Task File_EveryByteIsRightAndSentByKernel(SslProtocols version, int size)
    {
        var kernel = KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(size);
        await using var host = await KernelHost.StartAsync(file);
        using var handler = KestrelHost.CreateHttpHandler(Certificates.Ecdsa);
        handler.SslOptions.EnabledSslProtocols = version;
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{host.Port}"), Timeout = s_patience };
        for (var i = 0; i < (size == Large ? 1 : 3); i++)
        {
            await using var body = await client.GetStreamAsync("/");
            Assert.Equal(size, await Pattern.VerifyAsync(body).OrTimeout("the download", s_patience));
        }

        Assert.Equal(1, kernel.Sending);
        Assert.Equal(1, kernel.Open);

        // Head and small file go in one call of send. What the last call sent is counted after the client may have it.
        var expected = size == Small ? 0 : size == Large ? Large : 3 * Medium;
        await Eventually.HoldsAsync(() => KernelHost.SentByKernel(host) >= expected, "the last bytes to be counted", () => $"{host.Metrics}");
        Assert.Equal(expected, KernelHost.SentByKernel(host));
        Assert.Equal(size == Small ? 3 : 0, host.Metrics.Total("aeronet.sendfile.fallbacks"));
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.connections", ("aeronet.ktls.send", true), ("aeronet.ktls.receive", version == SslProtocols.Tls12)));
        Assert.Equal(0, host.Metrics.Total("aeronet.ktls.fallbacks"));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)]
    [InlineData(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)]
    [InlineData(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256)]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_AES_128_GCM_SHA256)]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_AES_256_GCM_SHA384)]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    public async Task File_EachCipher_EveryByteIsRight(SslProtocols version, TlsCipherSuite suite)
    {
        var kernel = KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(Medium);
        await using var host = await KernelHost.StartAsync(file);
        await using var client = await TlsClient.ConnectAsync(host, options =>
        {
            options.EnabledSslProtocols = version;
            options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
        });
        await client.SendAsync(Close);
        await client.ReadUntilAsync("\r\n\r\n");

        Assert.Equal(-1, Pattern.FindMismatch(System.Text.Encoding.Latin1.GetBytes(await client.ReadToEndAsync())));
        Assert.Equal(suite, client.Tls.NegotiatedCipherSuite);
        Assert.Equal(1, kernel.Sending);
        Assert.Equal(Medium, KernelHost.SentByKernel(host));
    }

    /// <summary>A ticket of TLS 1.3 leaves after the kernel has begun to encrypt, and takes a sequence number.</summary>
    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task File_ResumedHandshake_SentByKernel(string version)
    {
        var kernel = KernelTlsStatistics.Require();
        var session = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");
        using var file = await PatternFile.CreateAsync(Medium);
        await using var host = await KernelHost.StartAsync(file);

        var first = await OpensslClient.RunAsync(host, [version, "-sess_out", session], Close);
        var second = await OpensslClient.RunAsync(host, [version, "-sess_in", session], Close);
        File.Delete(session);

        Assert.Contains("New, TLS", first, StringComparison.Ordinal);
        Assert.Contains("Reused, TLS", second, StringComparison.Ordinal);
        Assert.DoesNotContain(":error:", first + second, StringComparison.Ordinal);
        Assert.Equal(2, kernel.Sending);
        Assert.Equal(2 * Medium, KernelHost.SentByKernel(host));
    }

    [Fact]
    public async Task File_ManyConnections_ClosedByKernelToo()
    {
        var kernel = KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(Medium);
        await using var host = await KernelHost.StartAsync(file);
        for (var i = 0; i < 10; i++)
        {
            using var client = host.CreateHttpClient(HttpVersion.Version11, Certificates.Ecdsa);
            await using var body = await client.GetStreamAsync("/");
            Assert.Equal(Medium, await Pattern.VerifyAsync(body).OrTimeout("the download"));
        }

        Assert.Equal(10, kernel.Sending);
        await Eventually.HoldsAsync(() => kernel.Open == 0, "the kernel to let go of the keys");
    }

    [Fact]
    public async Task File_BetweenWrites_InOrder()
    {
        KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(Medium + 1);
        await using var host = await KernelHost.StartAsync(async context =>
        {
            context.Response.ContentLength = file.Length + 10;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "first");
            await Microsoft.AspNetCore.Http.SendFileResponseExtensions.SendFileAsync(context.Response, file.Path);
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "_last");
        });
        await using var client = await TlsClient.ConnectAsync(host);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + Close);
        var all = System.Text.Encoding.Latin1.GetBytes(await client.ReadToEndAsync());

        for (var i = 0; i < 2; i++)
        {
            all = all[(all.AsSpan().IndexOf("\r\n\r\n"u8) + 4)..];
            Assert.True(all.AsSpan().StartsWith("first"u8));
            Assert.Equal(-1, Pattern.FindMismatch(all.AsSpan(5, (int)file.Length)));
            all = all[(5 + (int)file.Length)..];
            Assert.True(all.AsSpan().StartsWith("_last"u8));
        }

        Assert.Equal(5, all.Length);
        Assert.Equal(2 * file.Length, KernelHost.SentByKernel(host));
    }

    [Fact]
    public async Task Http2_FilesAndUploads_EveryByteIsRight()
    {
        var kernel = KernelTlsStatistics.Require();
        await using var host = await KernelHost.StartAsync(context => context.Request.Body.CopyToAsync(context.Response.Body));
        using var client = host.CreateHttpClient(HttpVersion.Version20, Certificates.Ecdsa);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var content = new PatternContent(Medium + i, step: 1000 + (i * 7919));
            using var response = await client.PostAsync("/", content);
            await using var body = await response.Content.ReadAsStreamAsync();
            Assert.Equal(Medium + i, await Pattern.VerifyAsync(body).OrTimeout($"stream {i}", s_patience));
        }));

        Assert.Equal(1, kernel.Sending);
    }
}
