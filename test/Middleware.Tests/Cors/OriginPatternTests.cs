using Aeronet.AspNetCore.Middleware.Cors;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

public sealed class OriginPatternTests
{
    [Theory]
    [InlineData("https://example.com")]
    [InlineData("http://example.com:8080")]
    [InlineData("http://example.com:443")]
    [InlineData("https://example.com:80")]
    [InlineData("https://example.com:1")]
    [InlineData("https://example.com:65535")]
    [InlineData("https://example.com.")]
    [InlineData("https://xn--bcher-kva.example")]
    [InlineData("https://a_b.example.com")]
    [InlineData("http://localhost")]
    [InlineData("http://127.0.0.1:3000")]
    [InlineData("http://[::1]:3000")]
    [InlineData("http://[2001:db8::1]")]
    [InlineData("http://[::ffff:102:304]")]
    [InlineData("capacitor://localhost")]
    [InlineData("chrome-extension://abcdefghijklmnop")]
    [InlineData("moz-extension://3a7c1f0e-5b2d-4c8e-9f61-0d2b4a6c8e10")]
    [InlineData("safari-web-extension://3A7C1F0E-5B2D-4C8E-9F61-0D2B4A6C8E10")]
    [InlineData("app://obsidian.md")]
    [InlineData("tauri://localhost")]
    public void Parse_ExactOrigin_MatchesItself(string text)
    {
        var pattern = OriginPattern.Parse(text, out _, out _);

        Assert.NotNull(pattern);
        Assert.True(pattern.IsExact);
        Assert.True(Origin.TryParse(text, out var origin) && pattern.Matches(origin));
        Assert.True(new OriginSet([text]).Contains(text));
    }

    [Theory]
    [InlineData("", AeronetCorsErrorKind.InvalidOrigin, "use an origin such as 'https://app.example.com'")]
    [InlineData("garbage", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("example.com", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("//example.com", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https:/example.com", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://:8080", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://a b.example", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://user@example.com", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://a.example, https://b.example", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://a..b", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://example.com:", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://example.com:0", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://example.com:08080", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://example.com:65536", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://example.com:http", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://example.com:80:*", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("file:///tmp", AeronetCorsErrorKind.OriginWithPath, "*")]
    [InlineData("file://host", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("1https://example.com", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("http://0x7f.1", AeronetCorsErrorKind.InvalidOrigin, "*in their shortest form")]
    [InlineData("http://127.1", AeronetCorsErrorKind.InvalidOrigin, "*in their shortest form")]
    [InlineData("http://[0:0:0:0:0:0:0:1]", AeronetCorsErrorKind.InvalidOrigin, "*in their shortest form")]
    [InlineData("http://[::ffff:1.2.3.4]", AeronetCorsErrorKind.InvalidOrigin, "*in their shortest form")]
    [InlineData("http://[::1", AeronetCorsErrorKind.InvalidOrigin, "use an origin *")]
    [InlineData("https://example.com/", AeronetCorsErrorKind.OriginWithPath, "use 'https://example.com', *")]
    [InlineData("https://example.com:8443/app", AeronetCorsErrorKind.OriginWithPath, "use 'https://example.com:8443', *")]
    [InlineData("https://example.com?a", AeronetCorsErrorKind.OriginWithPath, "use 'https://example.com', *")]
    [InlineData("https://example.com#a", AeronetCorsErrorKind.OriginWithPath, "use 'https://example.com', *")]
    [InlineData("https://example.com:443", AeronetCorsErrorKind.DefaultPort, "use 'https://example.com', *")]
    [InlineData("http://example.com:80", AeronetCorsErrorKind.DefaultPort, "use 'http://example.com', *")]
    [InlineData("http://[::1]:80", AeronetCorsErrorKind.DefaultPort, "use 'http://[[]::1]', *")]
    [InlineData("https://*.example.com:443", AeronetCorsErrorKind.DefaultPort, "use 'https://*.example.com', *")]
    [InlineData("https://Example.com", AeronetCorsErrorKind.NotAsSerialized, "use 'https://example.com', *")]
    [InlineData("HTTPS://example.com", AeronetCorsErrorKind.NotAsSerialized, "use 'https://example.com', *")]
    [InlineData("Safari-Web-Extension://AB", AeronetCorsErrorKind.NotAsSerialized, "use 'safari-web-extension://AB', *")]
    [InlineData("chrome-extension://ABC", AeronetCorsErrorKind.NotAsSerialized, "use 'chrome-extension://abc', *")]
    [InlineData("moz-extension://AB-1", AeronetCorsErrorKind.NotAsSerialized, "use 'moz-extension://ab-1', *")]
    [InlineData("https://bücher.example", AeronetCorsErrorKind.NotAsSerialized, "use 'https://xn--bcher-kva.example', *")]
    [InlineData("https://*.bücher.example:8443", AeronetCorsErrorKind.NotAsSerialized, "use 'https://*.xn--bcher-kva.example:8443', *")]
    [InlineData("https://*", AeronetCorsErrorKind.InvalidWildcard, "use '*' alone *")]
    [InlineData("*://example.com", AeronetCorsErrorKind.InvalidWildcard, "use '*' alone *")]
    [InlineData("https://*example.com", AeronetCorsErrorKind.InvalidWildcard, "use '*' alone *")]
    [InlineData("https://a.*.example.com", AeronetCorsErrorKind.InvalidWildcard, "use '*' alone *")]
    [InlineData("https://*.*.example.com", AeronetCorsErrorKind.InvalidWildcard, "use '*' alone *")]
    [InlineData("https://example.*", AeronetCorsErrorKind.InvalidWildcard, "use '*' alone *")]
    [InlineData("https://example.com:80*", AeronetCorsErrorKind.InvalidWildcard, "use '*' alone *")]
    [InlineData("https://*.127.0.0.1", AeronetCorsErrorKind.InvalidWildcard, "use '*.' before a name only, *")]
    [InlineData("https://*.[::1]", AeronetCorsErrorKind.InvalidWildcard, "use '*.' before a name only, *")]
    public void Parse_NoPattern_KindAndRemedy(string text, AeronetCorsErrorKind kind, string remedy)
    {
        Assert.Null(OriginPattern.Parse(text, out var error, out var actual));

        Assert.Equal(kind, error);
        Assert.True(
            System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(remedy.Replace("[[]", "["), actual, ignoreCase: false), actual);
    }

    [Theory]
    [InlineData("https://*.example.com", "https://a.example.com", true)]
    [InlineData("https://*.example.com", "https://a.b.c.example.com", true)]
    [InlineData("https://*.example.com", "https://xn--bcher-kva.example.com", true)]
    [InlineData("https://*.example.com", "https://example.com", false)]
    [InlineData("https://*.example.com", "https://.example.com", false)]
    [InlineData("https://*.example.com", "https://a..example.com", false)]
    [InlineData("https://*.example.com", "https://evilexample.com", false)]
    [InlineData("https://*.example.com", "https://a.example.com.evil.com", false)]
    [InlineData("https://*.example.com", "https://evil.com/.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.com#.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.com?.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.com\\.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.com`.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.com .example.com", false)]
    [InlineData("https://*.example.com", "https://user@a.example.com", false)]
    [InlineData("https://*.example.com", "https://a.example.com:8443", false)]
    [InlineData("https://*.example.com", "https://a.example.com:443", false)]
    [InlineData("https://*.example.com", "http://a.example.com", false)]
    [InlineData("https://*.example.com", "https://A.example.com", false)]
    [InlineData("https://*.example.com", "https://a.example.com/", false)]
    [InlineData("https://*.example.com", "https://a.example.com.", false)]
    [InlineData("https://*.example.com:8443", "https://a.example.com:8443", true)]
    [InlineData("https://*.example.com:8443", "https://a.example.com", false)]
    [InlineData("http://localhost:*", "http://localhost", true)]
    [InlineData("http://localhost:*", "http://localhost:3000", true)]
    [InlineData("http://localhost:*", "http://localhost:80", false)]
    [InlineData("http://localhost:*", "http://localhost:0", false)]
    [InlineData("http://localhost:*", "http://localhost:03000", false)]
    [InlineData("http://localhost:*", "http://localhost:", false)]
    [InlineData("http://localhost:*", "http://localhost:99999", false)]
    [InlineData("http://localhost:*", "http://localhost:80@evil.com", false)]
    [InlineData("http://localhost:*", "http://a.localhost:3000", false)]
    [InlineData("http://[::1]:*", "http://[::1]:3000", true)]
    [InlineData("https://*.example.com:*", "https://a.example.com:9", true)]
    [InlineData("https://*.example.com:*", "https://a.example.com", true)]
    [InlineData("https://*.example.com:*", "https://example.com:9", false)]
    [InlineData("https://example.com", "https://example.com ", false)]
    [InlineData("https://example.com", "https://EXAMPLE.com", false)]
    [InlineData("https://example.com", "https://example.com:8443", false)]
    [InlineData("safari-web-extension://3A7C-1", "safari-web-extension://3a7c-1", false)]
    [InlineData("app://*.example", "app://A.example", true)]
    [InlineData("https://example.com", "null", false)]
    [InlineData("null", "null", true)]
    [InlineData("null", "", false)]
    public void Contains_Origin(string pattern, string origin, bool expected) =>
        Assert.Equal(expected, new OriginSet([pattern]).Contains(origin));

    [Theory]
    [InlineData("com", true)]
    [InlineData("internal", true)]
    [InlineData("co.uk", true)]
    [InlineData("com.au", true)]
    [InlineData("me.uk", true)]
    [InlineData("github.io", true)]
    [InlineData("azurewebsites.net", true)]
    [InlineData("example.com", false)]
    [InlineData("co.example", false)]
    [InlineData("example.co.uk", false)]
    [InlineData("me.github.io", false)]
    [InlineData("com.", true)]
    public void PublicSuffixes_BuiltIn(string name, bool expected)
    {
        Assert.Equal(expected, PublicSuffixes.Load([]).Contains(name));
        Assert.Equal(expected, PublicSuffixes.Load().Contains(name));
    }

    [Theory]
    [InlineData("hosting.example", true)]
    [InlineData("xn--55qx5d.cn", true)]
    [InlineData("anything.ck", true)]
    [InlineData("www.ck", false)]
    [InlineData("kawasaki.jp", false)]
    [InlineData("a.kawasaki.jp", true)]
    [InlineData("city.kawasaki.jp", false)]
    [InlineData("me.hosting.example", false)]
    [InlineData("comment.example", false)]
    public void PublicSuffixes_OfAList(string name, bool expected) =>
        Assert.Equal(expected, PublicSuffixes.Load(["// comment.example", "", "hosting.example", " \u516c\u53f8.cn", "*.ck", "!www.ck", "*.kawasaki.jp", "!city.kawasaki.jp"]).Contains(name));
}
