using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Diagnostics;

namespace Aeronet.AspNetCore.Middleware.Tests.Logging;

public sealed class LogTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("/a b/~\"'\\", "/a b/~\"'\\")]
    [InlineData("/größe/文档/Ωמ", "/größe/文档/Ωמ")]
    [InlineData("/\U0001F600", "/\U0001F600")]
    [InlineData("e\u0301", "e\u0301")]
    [InlineData("a\r\nwarn: x", "a\\u000d\\u000awarn: x")]
    [InlineData("\x1b[31m\t\0\x7f", "\\u001b[31m\\u0009\\u0000\\u007f")]
    [InlineData("a\u0085b\u009b31m", "a\\u0085b\\u009b31m")]
    [InlineData("a\u2028b\u2029c", "a\\u2028b\\u2029c")]
    [InlineData("\u202etxt.exe\u2066\u200b\ufeff", "\\u202etxt.exe\\u2066\\u200b\\ufeff")]
    [InlineData("a\u00a0b\u3000c", "a\\u00a0b\\u3000c")]
    [InlineData("\ue000\uffff", "\\ue000\\uffff")]
    [InlineData("\U000E0041", "\\udb40\\udc41")]
    public void ToString_Text_OneHarmlessLine(string text, string expected)
    {
        LogText value = text;
        Assert.Equal(expected, value.ToString());
        Assert.Equal(expected, string.Format(null, "{0}", value));
        Assert.Equal(expected, ((LogText)value.ToString()).ToString());
    }

    // No literals of attributes: they are UTF-8, which has no such thing.
    [Fact]
    public void ToString_HalvesOfPairs_Escaped() =>
        Assert.Equal("a\\ud83db\\ude00", ((LogText)new string(['a', '\ud83d', 'b', '\ude00'])).ToString());

    [Fact]
    public void ToString_Null_AsMessagesShowIt() => Assert.Equal("(null)", ((LogText)(string?)null).ToString());

    [Fact]
    public void ToString_UnixSocket_PathEscaped() =>
        Assert.Equal("/tmp/a\\u000ab", ((LogText)new UnixDomainSocketEndPoint("/tmp/a\nb")).ToString());

    [Theory]
    [InlineData("größe\r\n\t\x1b", "gr\\u00f6\\u00dfe\\u000d\\u000a\\u0009\\u001b")]
    [InlineData("a b~", "a b~")]
    public void EscapeToAscii_Text_AsciiAlone(string text, string expected) => Assert.Equal(expected, PrintableText.EscapeToAscii(text));
}
