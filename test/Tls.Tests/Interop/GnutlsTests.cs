using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Interop;

/// <summary>GnuTLS (package gnutls-bin).</summary>
public sealed class GnutlsTests
{
    private const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    [Theory]
    [InlineData("TLS1.2", "AES-128-GCM")]
    [InlineData("TLS1.2", "CHACHA20-POLY1305")]
    [InlineData("TLS1.3", "AES-256-GCM")]
    [InlineData("TLS1.3", "CHACHA20-POLY1305")]
    public async Task Request_AnsweredAndClosedInOrder(string version, string cipher)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"));

        var result = await RunAsync(host, $"NORMAL:-VERS-ALL:+VERS-{version}:-CIPHER-ALL:+{cipher}", ["--alpn", "http/1.1"], Close);

        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains($"- Description: ({version}", result.Output, StringComparison.Ordinal);
        Assert.Contains($"({cipher})", result.Output, StringComparison.Ordinal);
        Assert.Contains("- Application protocol: http/1.1", result.Output, StringComparison.Ordinal);
        Assert.Contains("hello there", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("non-properly terminated", $"{result}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TLS1.2")]
    [InlineData("TLS1.3")]
    public async Task Resumption_SecondConnectionResumes(string version)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"));

        var result = await RunAsync(host, $"NORMAL:-VERS-ALL:+VERS-{version}", ["--resume", "--waitresumption"], Close);

        Assert.Contains("This is a resumed session", result.Output, StringComparison.Ordinal);
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.handshakes", ("tls.resumed", true)));
    }

    [Fact]
    public async Task LargeResponse_Intact()
    {
        const int Length = 3_000_000;
        await using var host = await TlsHost.StartAsync(context =>
        {
            context.Response.ContentLength = Length + 1;
            return context.Response.WriteAsync(new string('x', Length) + "|");
        });

        var result = await RunAsync(host, "NORMAL", [], Close);

        Assert.Equal(Length, Regex.Match(result.Output, "x{1000,}\\|").Length - 1);
    }

    [Fact]
    public async Task Renegotiation_Refused()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"));

        var result = await RunAsync(host, "NORMAL:-VERS-ALL:+VERS-TLS1.2", ["--rehandshake"], Close);

        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("ReHandshake was completed", result.Output, StringComparison.Ordinal);
    }

    private static Task<ExternalToolResult> RunAsync(KestrelHost host, string priority, string[] arguments, string input)
        => Peer.RunAsync("gnutls-cli", ["--insecure", "--port", $"{host.Port}", "--priority", priority, .. arguments, "127.0.0.1"], input);
}
