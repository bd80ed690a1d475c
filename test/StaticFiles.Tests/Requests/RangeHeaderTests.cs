using Aeronet.AspNetCore.StaticFiles.Requests;
using CsCheck;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Requests;

/// <summary>RFC 9110 section 14.1: the parser itself.</summary>
public sealed class RangeHeaderTests
{
    private static readonly RangeRules Rules = new(MaxRanges: 16, Gap: 0, RefusesMore: false);
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
        => Assert.Equal(RangeOutcome.Whole, RangeHeader.Read(field, 10, Rules).Outcome);

    // Section 5.3: Range is no list field, so several lines of it are not one.
    [Fact]
    public void Read_TwoLines_Whole()
        => Assert.Equal(RangeOutcome.Whole, RangeHeader.Read(new StringValues(["bytes=0-1", "bytes=0-1"]), 10, Rules).Outcome);

    [Fact]
    public void Read_AnyText_InsideTheFileAndNoException()
    {
        var texts = Gen.OneOf(
            Gen.String,
            Gen.String[Gen.Char["bytes=-,0123456789 \tx"], 0, 40],
            Gen.String[Gen.Char["-,0123456789 "], 0, 60].Select(s => "bytes=" + s));
        Gen.Select(texts, Positions).Sample((text, size) =>
        {
            var (outcome, range, parts) = RangeHeader.Read(text, size, Rules);
            return outcome switch
            {
                RangeOutcome.Part => IsInside(range, size),
                RangeOutcome.Parts => parts!.Length is > 1 and <= 16 && parts.All(p => IsInside(p, size)),
                _ => parts is null,
            };
        });
    }

    [Fact]
    public void Read_ValidInterval_ThatPart()
    {
        Gen.Select(Positions, Positions, Positions).Sample((size, a, b) =>
        {
            var (first, last) = (Math.Min(a, b), Math.Max(a, b));
            var (outcome, range, _) = RangeHeader.Read($"bytes={first}-{last}", size, Rules);
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
            var (outcome, range, _) = RangeHeader.Read($"bytes=-{length}", size, Rules);
            return length == 0 ? outcome == RangeOutcome.Unsatisfiable
                : size == 0 ? outcome == RangeOutcome.Whole
                : outcome == RangeOutcome.Part && range.Last == size - 1 && range.Length == Math.Min(length, size);
        });
    }

    // Every range asked for lies in one part, and no two parts are so near each other that they should be one.
    [Fact]
    public void Read_SeveralIntervals_JoinedAndNothingLost()
    {
        Gen.Select(Gen.Long[1, 300], Gen.Long[0, 20], Gen.Select(Gen.Long[0, 320], Gen.Long[0, 40]).Array[2, 16]).Sample((size, gap, ranges) =>
        {
            var field = "bytes=" + string.Join(",", ranges.Select(r => $"{r.Item1}-{r.Item1 + r.Item2}"));
            var (outcome, range, several) = RangeHeader.Read(field, size, Rules with { Gap = gap });
            var wanted = ranges.Where(r => r.Item1 < size).Select(r => (First: r.Item1, Last: Math.Min(r.Item1 + r.Item2, size - 1))).ToArray();
            ByteRange[] parts = outcome switch { RangeOutcome.Parts => several!, RangeOutcome.Part => [range], _ => [] };
            var ordered = parts.OrderBy(p => p.Start).ToArray();
            return (parts.Length == 0) == (wanted.Length == 0)
                && wanted.All(w => parts.Count(p => p.Start <= w.First && p.Last >= w.Last) == 1)
                && parts.All(p => wanted.Any(w => w.First == p.Start) && wanted.Any(w => w.Last == p.Last))
                && ordered.Zip(ordered.Skip(1)).All(pair => pair.Second.Start - pair.First.Last - 1 > gap)
                && IndexesOfFirst(parts, wanted).SequenceEqual(Enumerable.Range(0, parts.Length));
        });
    }

    // What the parser may allocate is the list of at most 16 parts, however long the field is.
    [Fact]
    public void Read_VeryLongField_AllocatesNoMoreThanTheParts()
    {
        var field = "bytes=" + string.Join(",", Enumerable.Range(0, 3000).Select(i => $"{2 * i}-{2 * i}"));
        var sixteen = "bytes=" + string.Join(",", Enumerable.Range(0, 16).Select(i => $"{2 * i}-{2 * i}"));

        // Code not yet optimised by the runtime allocates for generic calls.
        Assert.True(SpinWait.SpinUntil(() => AllocatedBy(field) == 0, TimeSpan.FromSeconds(30)), $"{AllocatedBy(field)} bytes");
        Assert.Equal(RangeOutcome.Whole, RangeHeader.Read(field, long.MaxValue, Rules).Outcome);
        Assert.Equal(16, RangeHeader.Read(sixteen, long.MaxValue, Rules).Parts!.Length);
        Assert.InRange(AllocatedBy(sixteen), 1, (16 * 16) + 64);
    }

    private static long AllocatedBy(string field)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        RangeHeader.Read(field, long.MaxValue, Rules);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static bool IsInside(ByteRange range, long size)
        => range.Start >= 0 && range.Length > 0 && range.Start <= size - range.Length && range.Last == range.Start + range.Length - 1;

    // Parts stand in the order of the first range asked for that each of them holds.
    private static IEnumerable<int> IndexesOfFirst(ByteRange[] parts, (long First, long Last)[] wanted)
        => wanted.Select(w => Array.FindIndex(parts, p => p.Start <= w.First && p.Last >= w.Last)).Distinct();
}
