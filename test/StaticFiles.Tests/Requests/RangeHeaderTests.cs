using Aeronet.AspNetCore.StaticFiles.Requests;
using CsCheck;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Requests;

/// <summary>RFC 9110 section 14.1: the parser itself.</summary>
public sealed class RangeHeaderTests
{
    private static readonly Gen<long> Positions = Gen.OneOf(Gen.Long[0, 20], Gen.Long[0, long.MaxValue]);

    [Theory]
    [InlineData("bytes = 1-2")]
    [InlineData("bytes= 1 - 2")]
    [InlineData("bytes =1-2")]
    [InlineData(" bytes=1-2")]
    [InlineData("bytes=1-2;3-4")]
    [InlineData("bytes=１-２")]
    [InlineData("bytes=1-2\n")]
    [InlineData("")]
    public void Read_InvalidSyntax_Whole(string field)
        => Assert.Equal(RangeOutcome.Whole, RangeHeader.Read(field, 10, out _));

    // Section 5.3: Range is no list field, so several lines of it are not one.
    [Fact]
    public void Read_TwoLines_Whole()
        => Assert.Equal(RangeOutcome.Whole, RangeHeader.Read(new StringValues(["bytes=0-1", "bytes=0-1"]), 10, out _));

    [Fact]
    public void Read_AnyText_InsideTheFileAndNoException()
    {
        var texts = Gen.OneOf(
            Gen.String,
            Gen.String[Gen.Char["bytes=-,0123456789 \tx"], 0, 40],
            Gen.String[Gen.Char["-,0123456789 "], 0, 60].Select(s => "bytes=" + s));
        Gen.Select(texts, Positions).Sample((text, size) =>
        {
            var outcome = RangeHeader.Read(text, size, out var range);
            return outcome != RangeOutcome.Part
                || (range.Start >= 0 && range.Length > 0 && range.Start <= size - range.Length && range.Last == range.Start + range.Length - 1);
        });
    }

    [Fact]
    public void Read_ValidInterval_ThatPart()
    {
        Gen.Select(Positions, Positions, Positions).Sample((size, a, b) =>
        {
            var (first, last) = (Math.Min(a, b), Math.Max(a, b));
            var outcome = RangeHeader.Read($"bytes={first}-{last}", size, out var range);
            return first >= size
                ? outcome == RangeOutcome.Unsatisfiable
                : outcome == RangeOutcome.Part && range.Start == first && range.Last == Math.Min(last, size - 1);
        });
    }

    [Fact]
    public void Read_ValidSuffix_ThatPart()
    {
        Gen.Select(Positions, Positions).Sample((size, length) =>
        {
            var outcome = RangeHeader.Read($"bytes=-{length}", size, out var range);
            return length == 0 ? outcome == RangeOutcome.Unsatisfiable
                : size == 0 ? outcome == RangeOutcome.Whole
                : outcome == RangeOutcome.Part && range.Last == size - 1 && range.Length == Math.Min(length, size);
        });
    }
}
