using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>RFC 9110 section 9.1: methods are told apart by case.</summary>
public sealed class MethodTests
{
    [Theory]
    [InlineData("head", "/file.txt", 405)]
    [InlineData("Head", "/large.bin", 405)]
    [InlineData("get", "/file.txt", 405)]
    [InlineData("options", "/file.txt", 405)]
    [InlineData("head", "/", 404)]
    [InlineData("head", "/sub/", 404)]
    [InlineData("get", "/sub", 404)]
    [InlineData("head", "/route", 404)]
    [InlineData("HEAD", "/file.txt", 200)]
    [InlineData("OPTIONS", "/file.txt", 204)]
    public async Task Request_MethodInOddCase_NotThatMethod(string method, string target, int status)
    {
        foreach (var server in (ServerKind[])[ServerKind.Sockets, ServerKind.Aeronet])
        {
            await using var site = await TestSite.StartAsync(server, o => (o.DirectoryIndex.Enabled, o.FallbackDocument) = (true, "file.txt"));
            site.Write("file.txt", "hello");
            site.Write("large.bin", new byte[100_000]);
            site.Write("sub/a.txt", "x");
            using var client = await RawClient.ConnectAsync(site.Host.EndPoint);

            await client.SendAsync($"{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            var answer = System.Text.Encoding.Latin1.GetString((await client.ReadToEndAsync()).Bytes);

            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            Assert.DoesNotContain(site.Host.Logs.Entries, e => e.Level >= LogLevel.Error);
        }
    }
}
