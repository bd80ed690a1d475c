using System.Text;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics;
using CsCheck;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>What is quoted is printable, bounded, and holds no secret.</summary>
public sealed class ExcerptTests
{
    private const string Secret = "c2VjcmV0";

    private static readonly string[] SecretFields = new AeronetParserDiagnosticsOptions().RedactHeaders.ToArray();

    private static readonly QueryRedaction Queries = new(new AeronetAccessLogOptions().RedactQuery);

    // The mark stands before the byte in question.
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\nX▶ : b\r\n", "GET / HTTP/1.1\\r\\nAuthorization:<redacted>\\r\\nX<space>")]
    [InlineData("GET / HTTP/1.1\r\ncookie:c2VjcmV0\r\nX: b▶\0\r\n", "GET / HTTP/1.1\\r\\ncookie:<redacted>\\r\\nX: b<NUL>")]
    [InlineData("GET / HTTP/1.1\r\nCookie: ▶\0c2VjcmV0\r\n", "GET / HTTP/1.1\\r\\nCookie:<redacted>")]
    [InlineData("GET / HTTP/1.1\r\nCookie▶ : c2VjcmV0\r\n", "GET / HTTP/1.1\\r\\nCookie<space>")]
    [InlineData("GET / HTTP/1.1\r\nCookie=c2VjcmV0▶\r\n", "GET / HTTP/1.1\\r\\n<redacted><CR>")]
    [InlineData("GET / HTTP/1.1\r\nCookie▶=c2VjcmV0\r\n", "GET / HTTP/1.1\\r\\n<punctuation>")]
    [InlineData("GET / HTTP/1.1\r\nCookie: a\r\n▶ c2VjcmV0\r\n", "GET / HTTP/1.1\\r\\nCookie:<redacted>\\r\\n<space>")]
    [InlineData("GET / HTTP/1.1\r\nX: b▶\rCookie: c2VjcmV0\r\n", "GET / HTTP/1.1\\r\\nX: b<CR>")]
    [InlineData("GET / HTTP/1.1\r\nX: b\rCookie: c2VjcmV0\r\n▶\r\n", "GET / HTTP/1.1\\r\\nX: b\\rCookie:<redacted>\\r\\n<CR>")]
    [InlineData("GET / HTTP/1.1\r\nAuthor▶\0ization: Basic c2VjcmV0\r\n\r\n", "GET / HTTP/1.1\\r\\nAuthor<NUL>")]
    [InlineData("GET / HTTP/1.1\r\nCookies: b\r\nX-Cookie: b\r\n▶\r\n", "GET / HTTP/1.1\\r\\nCookies: b\\r\\nX-Cookie: b\\r\\n<CR>")]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: ▶x\r\n", "GET / HTTP/1.1\\r\\nContent-Length: <letter>")]
    [InlineData("GET / HTTP/1.1\r\n▶Content-Length: 5\r\n", "GET / HTTP/1.1\\r\\nContent-Length:")]

    // Request lines, and what has not their shape.
    [InlineData("GET /?a=b&token=c2VjcmV0&c=d HTTP/1.1▶ \r\n", "GET /?a=b&token=<redacted>&c=d HTTP/1.1<space>")]
    [InlineData("GET http://me:c2VjcmV0@a/?sig=c2VjcmV0 HTTP/1.▶2\r\n", "GET http://<redacted>@a/?sig=<redacted> HTTP/1.2")]
    [InlineData("GET /a ▶c2VjcmV0 HTTP/1.1\r\n", "GET /a<letter>")]
    [InlineData("GET /caf▶Ã©c2VjcmV0 HTTP/1.1\r\n", "GET /caf<not ASCII>")]
    [InlineData("\r\n\r\nGET /a▶\0c2VjcmV0\r\n", "\\r\\n\\r\\nGET /a<NUL>")]
    [InlineData("c2VjcmV0▶=c2VjcmV0&x=y", "<punctuation>")]
    [InlineData("Authorization▶: Bearer c2VjcmV0\r\n\r\n", "<punctuation>")]
    [InlineData("▶{\"password\":\"c2VjcmV0\"}", "<punctuation>")]
    [InlineData("PASSWORD c2VjcmV0\r\nX▶ : c2VjcmV0\r\n", "<space>")]
    [InlineData("c2VjcmV0 / HTTP/1.1\r\nX▶ : c2VjcmV0\r\n", "<space>")]
    [InlineData("▶\u0016\u0003\u0001c2VjcmV0", "<control>")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n▶", "GET / HTTP/1.1\\r\\nHost: a\\r\\n")]
    public void Head_QuotedUpToTheByteAndWithoutSecrets(string marked, string expected)
    {
        var offset = marked.IndexOf('▶', StringComparison.Ordinal);
        var head = marked.Remove(offset, 1);

        var start = head.Length - head.TrimStart('\r', '\n').Length;
        Assert.Equal(expected, new ExcerptWriter(1024, SecretFields, Queries).Write(Encoding.Latin1.GetBytes(head), start, offset).Text);
        for (var any = start; any <= head.Length; any++)
        {
            for (var length = 1; length < 120; length += 7)
                Assert.DoesNotContain(Secret, Write(length, head, any).Text!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Cookie: c2VjcmV0\r\nX▶ : b", "Cookie:<redacted>\\r\\nX<space>")]
    [InlineData("c2VjcmV0▶=c2VjcmV0\r\n", "<punctuation>")]
    [InlineData("X: a\r\n▶c2VjcmV0", "X: a\\r\\n<letter>")]
    public void Trailers_QuotedAsFields(string marked, string expected)
    {
        var offset = marked.IndexOf('▶', StringComparison.Ordinal);
        var bytes = Encoding.Latin1.GetBytes(marked.Remove(offset, 1));

        Assert.Equal(expected, new ExcerptWriter(1024, SecretFields, Queries).WriteFields(bytes, offset).Text);
    }

    [Theory]
    [InlineData(0, "<letter>")]
    [InlineData(1, "<digit>")]
    [InlineData(100, "")]
    public void Framing_ClassAlone(int offset, string expected) =>
        Assert.Equal(expected, new ExcerptWriter(1024, SecretFields, Queries).WriteClass("c2VjcmV0"u8, offset).Text);

    [Fact]
    public void AnyBytes_AreQuotedAsBoundedPrintableAscii() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 300], Gen.Int[0, 100]).Sample((bytes, offset, length) =>
        {
            var excerpt = new ExcerptWriter(length, SecretFields, Queries).Write(bytes, 0, Math.Min(offset, bytes.Length));
            if (length == 0)
                Assert.Null(excerpt.Text);
            else
                Assert.True(
                    excerpt.Text!.All(c => c is >= ' ' and <= '~') && excerpt.Text!.Length <= (length * 13) + 13
                    && excerpt.Caret >= 0 && excerpt.Caret <= excerpt.Text.Length);
        });

    [Fact]
    public void Caret_IsAtTheByte() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[2, 100]).Sample((offset, length) =>
        {
            var line = $"GET /{new string('a', 60)} HTTP/1.1\r\n".ToCharArray();
            line[5 + offset] = '~';

            var excerpt = Write(length, new string(line), 5 + offset);

            Assert.Equal('~', excerpt.Text![excerpt.Caret]);
        });

    private static Excerpt Write(int length, string text, int offset) =>
        new ExcerptWriter(length, SecretFields, Queries).Write(Encoding.Latin1.GetBytes(text), text.Length - text.TrimStart('\r', '\n').Length, offset);
}
