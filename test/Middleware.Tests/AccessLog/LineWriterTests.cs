using System.Text;
using System.Text.Json;
using Aeronet.AspNetCore.Middleware.AccessLog;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

public sealed class LineWriterTests
{
    [Theory]
    [InlineData("plain", "plain", "plain")]
    [InlineData("", "-", "-")]
    [InlineData("a b", "a\\x20b", "a b")]
    [InlineData("a\"b\\c", "a\\x22b\\x5cc", "a\\x22b\\x5cc")]
    [InlineData("a\r\nb", "a\\x0d\\x0ab", "a\\x0d\\x0ab")]
    [InlineData("\u001b[31m\0\u007f", "\\x1b[31m\\x00\\x7f", "\\x1b[31m\\x00\\x7f")]
    [InlineData("é", "\\xc3\\xa9", "\\xc3\\xa9")]
    [InlineData("\u2028\u0085", "\\xe2\\x80\\xa8\\xc2\\x85", "\\xe2\\x80\\xa8\\xc2\\x85")]
    [InlineData("\U0001F600", "\\xf0\\x9f\\x98\\x80", "\\xf0\\x9f\\x98\\x80")]
    public void Text_BareAndQuoted_Escaped(string text, string bare, string quoted)
    {
        Assert.Equal(bare, Write(text, (int)ValueStyle.Bare));
        Assert.Equal(quoted, Write(text, (int)ValueStyle.Quoted));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a \"b\" \\ c\r\n\t\0\u001b\u007f")]
    [InlineData("é\u2028\u0085\U0001F600 and more")]
    public void Text_Json_ReadsBack(string text)
    {
        var json = Write(text, (int)ValueStyle.Json);

        Assert.Equal(text, JsonSerializer.Deserialize<string>(json));
        Assert.DoesNotContain('\n', json);
    }

    [Fact]
    public void Text_EveryCharacterInEveryStyle_OneLineThatCannotBeLeft()
    {
        for (var c = 0; c <= char.MaxValue; c++)
        {
            var text = "a" + (char)c + "b";
            foreach (var style in new[] { ValueStyle.Bare, ValueStyle.Quoted })
            {
                var written = Write(text, (int)style);
                Assert.All(written, w => Assert.InRange(w, style == ValueStyle.Bare ? '!' : ' ', '~'));
                Assert.DoesNotContain('"', written);
            }

            var json = Write(text, (int)ValueStyle.Json);
            Assert.Equal(char.IsSurrogate((char)c) ? "a\uFFFDb" : text, JsonSerializer.Deserialize<string>(json));
            Assert.DoesNotContain(json, w => w < ' ');
        }
    }

    [Fact]
    public void Text_LongerThanAnyBuffer_Whole()
    {
        var text = new string('é', 100_000);

        Assert.Equal(string.Concat(Enumerable.Repeat("\\xc3\\xa9", 100_000)), Write(text, (int)ValueStyle.Quoted));
        Assert.Equal(text, JsonSerializer.Deserialize<string>(Write(text, (int)ValueStyle.Json)));
    }

    [Theory]
    [InlineData(0, "0.000")]
    [InlineData(7, "0.007")]
    [InlineData(1234, "1.234")]
    [InlineData(60_000_050, "60000.050")]
    public void Thousandths_ThreeDecimals(long value, string expected)
    {
        var line = new LineWriter();
        line.Thousandths(value);

        Assert.Equal(expected, Encoding.ASCII.GetString(line.Written));
    }

    [Theory]
    [InlineData("http://u:p@h/?token=x", "http://[redacted]@h/?token=[redacted]")]
    [InlineData("page?token=x&next=http://u@h", "page?token=[redacted]&next=http://u@h")]
    [InlineData("page?next=http://u@h&token=x", "page?next=http://u@h&token=[redacted]")]
    [InlineData("a/b://u@h?token=x", "a/b://u@h?token=[redacted]")]
    public void WriteUrl_SecretsRedacted(string url, string expected)
    {
        var line = new LineWriter();
        new QueryRedaction(["token"]).WriteUrl(url, line, ValueStyle.Quoted);

        Assert.Equal(expected, Encoding.UTF8.GetString(line.Written));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("?a=1&b=2", "?a=1&b=2")]
    [InlineData("?token=x", "?token=[redacted]")]
    [InlineData("?a=1&TOKEN=x&b=2", "?a=1&TOKEN=[redacted]&b=2")]
    [InlineData("?%74oken=x&to%6ben=y", "?%74oken=[redacted]&to%6ben=[redacted]")]
    [InlineData("?token", "?token")]
    [InlineData("?token=", "?token=[redacted]")]
    [InlineData("?token=a=b&c", "?token=[redacted]&c")]
    [InlineData("?mytoken=1;token=2", "?mytoken=1;token=[redacted]")]
    [InlineData("?&&=&token=1&", "?&&=&token=[redacted]&")]
    public void WriteQuery_SecretsRedacted(string query, string expected)
    {
        var line = new LineWriter();
        new QueryRedaction(["token"]).WriteQuery(query, line, ValueStyle.Quoted);

        Assert.Equal(expected, Encoding.ASCII.GetString(line.Written));
    }

    private static string Write(string text, int style)
    {
        var line = new LineWriter();
        line.Text(text, (ValueStyle)style);
        return Encoding.UTF8.GetString(line.Written);
    }
}
