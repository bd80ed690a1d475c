using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Containment;

public sealed class TraversalTests
{
    // As sent, over a raw connection. Kestrel refuses some itself (400); nothing else may be answered than "not here".
    [Theory]
    [BothTransports("/../secret.txt")]
    [BothTransports("/a/../../secret.txt")]
    [BothTransports("/%2e%2e/secret.txt")]
    [BothTransports("/a/%2e%2e/%2e%2e/secret.txt")]
    [BothTransports("/.%2e/secret.txt")]
    [BothTransports("/..%2fsecret.txt")]
    [BothTransports("/%2e%2e%2fsecret.txt")]
    [BothTransports("/a%2f..%2f..%2fsecret.txt")]
    [BothTransports("/%252e%252e/secret.txt")]
    [BothTransports("/%252e%252e%252fsecret.txt")]
    [BothTransports("/..\\secret.txt")]
    [BothTransports("/..%5csecret.txt")]
    [BothTransports("/%2e%2e%5csecret.txt")]
    [BothTransports("/a\\..\\..\\secret.txt")]
    [BothTransports("/index.html%00.txt")]
    [BothTransports("/%00")]
    [BothTransports("/%c0%ae%c0%ae/secret.txt")]
    [BothTransports("/%c0%ae%c0%ae%c0%afsecret.txt")]
    [BothTransports("/%e0%80%ae%e0%80%ae/secret.txt")]
    [BothTransports("/%ff%fe")]
    [BothTransports("/%ed%a0%80")]
    [BothTransports("/..;/secret.txt")]
    [BothTransports("/....//secret.txt")]
    [BothTransports("//secret.txt")]
    [BothTransports("///etc/passwd")]
    [BothTransports("/a//index.html")]
    [BothTransports("/.")]
    [BothTransports("/a/.%2f")]
    [BothTransports("/%5c..%5csecret.txt")]
    [BothTransports("/proc/self/root/etc/passwd")]
    public async Task Get_WayOutOfTheRoot_NotServed(TransportKind transport, string target)
    {
        await using var site = await TestSite.StartAsync(transport == TransportKind.Aeronet ? ServerKind.Aeronet : ServerKind.Sockets);
        site.Write("../secret.txt", "secret");
        site.Write("a/b.txt", "b");
        using var client = await site.Host.ConnectAsync();

        var response = await client.GetAsync(target);

        Assert.True(response.StatusCode is 404 or 400, response.ToString());
        Assert.DoesNotContain("secret", response.Text, StringComparison.Ordinal);
    }

    [Theory, BothTransports]
    public async Task Get_OverlongPath_NotServed(TransportKind transport)
    {
        await using var site = await TestSite.StartAsync(transport == TransportKind.Aeronet ? ServerKind.Aeronet : ServerKind.Sockets);
        using var client = await site.Host.ConnectAsync();

        Assert.Equal(404, (await client.GetAsync("/" + new string('a', 256))).StatusCode);
        Assert.Equal(404, (await client.GetAsync("/" + new string('a', 5000))).StatusCode);
        Assert.Equal(404, (await client.GetAsync("/" + string.Concat(Enumerable.Repeat("a/", 2000)))).StatusCode);
    }

    // Paths that a server would not let through, set by another middleware.
    [Theory]
    [InlineData("/../secret.txt")]
    [InlineData("/a/../../secret.txt")]
    [InlineData("/..\\secret.txt")]
    [InlineData("/index.html\0")]
    [InlineData("/\ud800")]
    [InlineData("//evil.example")]
    [InlineData("//evil.example/dir")]
    public async Task Get_PathRewritten_NotServed(string path)
    {
        await using var site = await TestSite.StartAsync(ServerKind.TestServer, before: app => app.Use((context, next) =>
        {
            context.Request.Path = new PathString(path);
            return next();
        }));
        site.Write("../secret.txt", "secret");
        site.Write("index.html", "x");
        site.Write("evil.example/index.html", "x");
        site.Write("evil.example/dir/index.html", "x");

        Assert.True((await site.GetAsync("/")).WasPassedOn);
    }

    [Theory, EachServer]
    public async Task Get_UnusualNames_Served(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        foreach (var name in (string[])["a b", "100%", "q?x", "h#x", "plus+", "ü€😀", "a..b", "semi;colon", "new\nline", "quote\"'<>&"])
        {
            site.Write(name, name);
            Assert.Equal(name, (await site.GetAsync("/" + Uri.EscapeDataString(name))).Text);
        }
    }
}
