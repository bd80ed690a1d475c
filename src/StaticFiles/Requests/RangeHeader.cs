using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>Reads the Range field (RFC 9110 section 14.1.1 and 14.1.2).</summary>
internal static class RangeHeader
{
    private const string Unit = "bytes=";

    /// <summary>Finds what a Range field asks for of a file of <paramref name="size"/> bytes.</summary>
    public static RangeSelection Read(StringValues field, long size, in RangeRules rules)
    {
        // Not a list field: two lines of it are no valid Range (section 5.3).
        if (field.Count != 1 || field[0] is not { } value || !value.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return RangeSelection.Whole;
        }

        // All the memory that a field can cost, however long it is.
        var parts = new RangeCoalescer(stackalloc ByteRange[rules.MaxRanges], rules.Gap);
        var members = 0;
        var isAnyWhole = false;
        var set = value.AsSpan(Unit.Length);
        foreach (var part in set.Split(','))
        {
            // Empty members of a list are to be skipped (section 5.6.1.2).
            var member = set[part].Trim(" \t");
            if (member.IsEmpty)
            {
                continue;
            }

            if (!TryReadMember(member, size, out var outcome, out var range))
            {
                return RangeSelection.Whole;
            }

            isAnyWhole |= outcome == RangeOutcome.Whole;
            if (++members <= rules.MaxRanges && outcome == RangeOutcome.Part)
            {
                parts.Add(range);
            }
        }

        return members == 0 || isAnyWhole ? RangeSelection.Whole
            : members <= rules.MaxRanges ? parts.ToSelection()
            : rules.RefusesMore ? RangeSelection.Unsatisfiable : RangeSelection.Whole;
    }

    private static bool TryReadMember(ReadOnlySpan<char> member, long size, out RangeOutcome outcome, out ByteRange range)
    {
        (outcome, range) = (default, default);
        var dash = member.IndexOf('-');
        if (dash < 0)
        {
            return false;
        }

        var first = member[..dash];
        var last = member[(dash + 1)..];
        return first.IsEmpty
            ? TryReadSuffix(last, size, ref outcome, ref range)
            : TryReadInterval(first, last, size, ref outcome, ref range);
    }

    private static bool TryReadSuffix(ReadOnlySpan<char> digits, long size, ref RangeOutcome outcome, ref ByteRange range)
    {
        if (!TryReadPosition(digits, out var length))
        {
            return false;
        }

        // Any suffix but an empty one can be had of an empty file, which has no part that Content-Range could name: all of it.
        length = Math.Min(length, size);
        (outcome, range) = length > 0 ? (RangeOutcome.Part, new ByteRange(size - length, length))
            : digits.ContainsAnyExcept('0') ? (RangeOutcome.Whole, default)
            : (RangeOutcome.Unsatisfiable, default(ByteRange));
        return true;
    }

    private static bool TryReadInterval(
        ReadOnlySpan<char> first, ReadOnlySpan<char> last, long size, ref RangeOutcome outcome, ref ByteRange range)
    {
        var end = long.MaxValue;
        if (!TryReadPosition(first, out var start) || (!last.IsEmpty && !TryReadPosition(last, out end)) || end < start)
        {
            return false;
        }

        (outcome, range) = start < size
            ? (RangeOutcome.Part, new ByteRange(start, Math.Min(end, size - 1) - start + 1))
            : (RangeOutcome.Unsatisfiable, default);
        return true;
    }

    // Digits without bound (section 14.1.1): a number too large for any file counts as the largest.
    private static bool TryReadPosition(ReadOnlySpan<char> digits, out long position)
    {
        position = 0;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out position))
        {
            position = long.MaxValue;
        }

        return true;
    }
}
