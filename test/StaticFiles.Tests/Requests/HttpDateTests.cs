using Aeronet.AspNetCore.StaticFiles.Files;
using CsCheck;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Requests;

/// <summary>RFC 9110 section 5.6.7.</summary>
public sealed class HttpDateTests
{
    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Sun Nov  6 08:49:37 1994")]
    public void TryParse_ThreeForms_SameTime(string text)
    {
        Assert.True(HttpDate.TryParse(text, out var seconds));
        Assert.Equal(784111777, seconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("Mon, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 CET")]
    [InlineData("Sun, 06 Nov 1994 08:49:37")]
    [InlineData("Sun, 31 Feb 1994 08:49:37 GMT")]
    [InlineData("1994-11-06T08:49:37Z")]
    public void TryParse_NoHttpDate_False(string? text) => Assert.False(HttpDate.TryParse(text, out _));

    [Fact]
    public void TryParse_Formatted_Same()
        => Gen.Long[0, 253402300799].Sample(seconds => HttpDate.TryParse(HttpDate.Format(seconds), out var parsed) && parsed == seconds);

    [Fact]
    public void TryParse_AnyText_NoException() => Gen.String.Sample(text => HttpDate.TryParse(text, out _) || true);
}
