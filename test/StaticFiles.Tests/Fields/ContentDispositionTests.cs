using CsCheck;
using Microsoft.Net.Http.Headers;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Fields;

/// <summary>RFC 6266 and RFC 8187.</summary>
public sealed class ContentDispositionTests
{
    [Theory]
    [InlineData("report.pdf", "filename=\"report.pdf\"")]
    [InlineData("with blank.pdf", "filename=\"with blank.pdf\"")]
    [InlineData("naïve.txt", "filename=\"na_ve.txt\"; filename*=UTF-8''na%C3%AFve.txt")]
    [InlineData("€ rates", "filename=\"_ rates\"; filename*=UTF-8''%E2%82%AC%20rates")]
    [InlineData("😀.png", "filename=\"_.png\"; filename*=UTF-8''%F0%9F%98%80.png")]
    [InlineData("a\"b\\c.txt", "filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b_c.txt")]
    [InlineData("100%.txt", "filename=\"100_.txt\"; filename*=UTF-8''100%25.txt")]
    [InlineData("../../etc/passwd", "filename=\".._.._etc_passwd\"; filename*=UTF-8''.._.._etc_passwd")]
    [InlineData("x\r\nSet-Cookie: a=b", "filename=\"x__Set-Cookie: a=b\"; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a%3Db")]
    [InlineData("it's.txt", "filename=\"it's.txt\"")]
    [InlineData("ö's(1).txt", "filename=\"_'s(1).txt\"; filename*=UTF-8''%C3%B6%27s%281%29.txt")]
    public void Attachment_Name_SimpleAndExtended(string name, string parameters)
    {
        Assert.Equal("attachment; " + parameters, ContentDisposition.Attachment(name));
        Assert.Equal("inline; " + parameters, ContentDisposition.Inline(name));
    }

    // What a client that knows the RFC makes of it is the name; nothing ends the field or the quotes early.
    [Fact]
    public void Attachment_AnyName_ReadBackByTheFramework()
        => Gen.String[1, 40].Where(name => !name.Any(char.IsSurrogate)).Sample(name =>
        {
            var text = ContentDisposition.Attachment(name);
            var parsed = ContentDispositionHeaderValue.Parse(text);
            var read = parsed.FileNameStar.HasValue ? parsed.FileNameStar.Value : HeaderUtilities.RemoveQuotes(parsed.FileName).Value;
            return text.All(c => c is >= ' ' and < '\x7f') && read == name.Replace('/', '_').Replace('\\', '_');
        });
}
