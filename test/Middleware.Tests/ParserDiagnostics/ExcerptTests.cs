using System.Text;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics;
using CsCheck;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>What is quoted is printable, bounded, and holds no secret.</summary>
public sealed class ExcerptTests
{
    private const string Secret = "c2VjcmV0";

    private static readonly string[] SecretFields = new AeronetParserDiagnosticsOptions().RedactHeaders.ToArray();

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\nX: b\r\n", "Authorization:<redacted>\\r\\nX: b")]
    [InlineData("GET / HTTP/1.1\r\ncookie:c2VjcmV0\r\nX: b\r\n", "cookie:<redacted>\\r\\nX: b")]
    [InlineData("GET / HTTP/1.1\r\nCookie : c2VjcmV0\r\n", "Cookie<redacted>\\r\\n")]
    [InlineData("GET / HTTP/1.1\r\nCookie=c2VjcmV0\r\n", "Cookie<redacted>\\r\\n")]
    [InlineData("GET / HTTP/1.1\r\nCookie: a\r\n c2VjcmV0\r\n", "Cookie:<redacted>\\r\\n <redacted>\\r\\n")]
    [InlineData("GET / HTTP/1.1\r\nX: b\rCookie: c2VjcmV0\r\n", "X: b\\rCookie:<redacted>\\r\\n")]
    [InlineData("GET / HTTP/1.1\r\nProxy-Authorization\0: c2VjcmV0\r\n", "Proxy-Authorization<redacted>\\r\\n")]
    [InlineData("GET / HTTP/1.1\r\nCookies: b\r\nX-Cookie: b\r\n", "Cookies: b\\r\\nX-Cookie: b\\r\\n")]
    public void SecretValue_IsLeftOut(string head, string quoted)
    {
        for (var offset = 0; offset <= head.Length; offset++)
        {
            var excerpt = Write(1024, head, offset).Text!;
            Assert.DoesNotContain(Secret, excerpt, StringComparison.Ordinal);
            if (offset < 5)
                Assert.Contains(quoted, excerpt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void SecretValue_WhateverPartIsQuoted_IsLeftOut()
    {
        const string head = "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: ~~~~~~~~~~~~~\r\nX: b\r\n\r\n";
        for (var offset = 0; offset <= head.Length; offset++)
        {
            for (var length = 1; length < 80; length++)
                Assert.DoesNotContain("~", Write(length, head, offset).Text!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NameThatIsWrong_MayBeMeantAsAny_SoItsValueIsLeftOut()
    {
        const string head = "GET / HTTP/1.1\r\nAuthor\0ization: Basic c2VjcmV0\r\n\r\n";

        var excerpt = Write(1024, head, head.IndexOf('\0', StringComparison.Ordinal));

        Assert.Equal("GET / HTTP/1.1\\r\\nAuthor\\x00ization:<redacted>\\r\\n\\r\\n", excerpt.Text);
        Assert.Equal("GET / HTTP/1.1\\r\\nAuthor".Length, excerpt.Caret);
    }

    [Fact]
    public void AnyBytes_AreQuotedAsBoundedPrintableAscii() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 300], Gen.Int[0, 100]).Sample((bytes, offset, length) =>
        {
            var excerpt = new ExcerptWriter(length, SecretFields).Write(bytes, Math.Min(offset, bytes.Length));
            if (length == 0)
                Assert.Null(excerpt.Text);
            else
                Assert.True(
                    excerpt.Text!.All(c => c is >= ' ' and <= '~') && excerpt.Text!.Length <= (length * 10) + 10
                    && excerpt.Caret >= 0 && excerpt.Caret <= excerpt.Text.Length);
        });

    [Fact]
    public void Caret_IsAtTheByte() =>
        Gen.Select(Gen.Byte.Array[1, 200], Gen.Int[0, 199], Gen.Int[2, 100]).Sample((bytes, offset, length) =>
        {
            offset %= bytes.Length;
            bytes[offset] = (byte)'#';

            // No line but the first, in which nothing is left out.
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = bytes[i] is (byte)'\r' or (byte)'\n' ? (byte)'.' : bytes[i];

            var excerpt = new ExcerptWriter(length, SecretFields).Write(bytes, offset);
            Assert.Equal('#', excerpt.Text![excerpt.Caret]);
        });

    private static Excerpt Write(int length, string text, int offset) =>
        new ExcerptWriter(length, SecretFields).Write(Encoding.Latin1.GetBytes(text), offset);
}
