using System.Text;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// The Range header. Parts lie in the file, apart from each other, in order; read again as a header they are the same; of a small file
/// they are the bytes that a plain reading of RFC 9110 asks for.
/// </summary>
internal sealed partial class RangeTarget : IFuzzTarget
{
    private const int SmallFile = 1000;

    public string Name => "range";

    public IEnumerable<byte[]> Seeds =>
    [
        "\u0002\u0005\0\0bytes=0-99"u8.ToArray(),
        "\u0002\u0005\0\0bytes=-5, 10-20 ,300-"u8.ToArray(),
        "\u0003\u0005\u0001\u0001bytes=0-0,2-2,4-4,500-600,599-700"u8.ToArray(),
        "\0\u0001\0\0bytes=-1"u8.ToArray(),
        "\u0004\u0005\0\u0001bytes=9223372036854775807-99999999999999999999"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        var size = fields.OneOf<long>(0, 1, SmallFile, 65536, long.MaxValue);
        var rules = new RangeRules(1 + (fields.Byte() % 16), fields.OneOf<long>(0, 80, long.MaxValue / 2), fields.OneOf(true, false));
        var text = Encoding.Latin1.GetString(fields.Rest);

        var meter = Meter.Start();
        var selection = RangeHeader.Read(text, size, rules);
        meter.StopLinear(nameof(RangeHeader), text.Length);

        Check(selection, size, rules);
        Must.Equal(RangeOutcome.Whole, RangeHeader.Read(new StringValues([text, text]), size, rules).Outcome);
        Must.Equal(RangeOutcome.Whole, RangeHeader.Read(StringValues.Empty, size, rules).Outcome);
        if (Parts(selection) is { Length: > 0 } parts)
        {
            var again = RangeHeader.Read($"BYTES=,{string.Join(",\t", parts.Select(part => $"{part.Start}-{part.Last}"))}, ", size, rules);
            Must.Hold(Parts(again).SequenceEqual(parts), "what was selected selects itself");
        }

        if (size <= SmallFile)
            CompareWithModel(selection, text, (int)size, rules);
    }

    private static ByteRange[] Parts(in RangeSelection selection) => selection.Outcome switch
    {
        RangeOutcome.Part => [selection.Range],
        RangeOutcome.Parts => selection.Parts!,
        _ => [],
    };

    private static void Check(in RangeSelection selection, long size, RangeRules rules)
    {
        var parts = Parts(selection);
        Must.Hold(parts.Length <= rules.MaxRanges);
        Must.Hold(selection.Outcome != RangeOutcome.Parts || parts.Length >= 2);
        for (var i = 0; i < parts.Length; i++)
        {
            Must.Hold(parts[i].Start >= 0 && parts[i].Length >= 1 && parts[i].Last >= parts[i].Start && parts[i].Last < size, "a part is in the file");
            for (var j = 0; j < i; j++)
                Must.Hold(parts[i].Distance(parts[j]) > rules.Gap, "parts lie further apart than the gap");
        }
    }

    private static void CompareWithModel(in RangeSelection selection, string text, int size, RangeRules rules)
    {
        var wanted = new bool[size];
        var members = text.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)
            ? text[6..].Split(',').Select(member => member.Trim(' ', '\t')).Where(member => member.Length > 0).ToList()
            : [];
        var outcome = members.Count == 0 ? RangeOutcome.Whole : RangeOutcome.Part;
        foreach (var member in members)
        {
            if (Member().Match(member) is not { Success: true } match || !TryRead(match, size, out var first, out var last, out var isWhole))
            {
                outcome = RangeOutcome.Whole;
                break;
            }

            outcome = isWhole ? RangeOutcome.Whole : outcome;
            for (var i = first; i <= last; i++)
                wanted[i] = true;
        }

        if (outcome != RangeOutcome.Whole && members.Count > rules.MaxRanges)
        {
            Must.Equal(rules.RefusesMore ? RangeOutcome.Unsatisfiable : RangeOutcome.Whole, selection.Outcome);
            return;
        }

        var parts = Parts(selection);
        var expected = outcome == RangeOutcome.Whole ? RangeOutcome.Whole
            : !wanted.Contains(true) ? RangeOutcome.Unsatisfiable
            : parts.Length > 1 ? RangeOutcome.Parts : RangeOutcome.Part;
        Must.Equal(expected, selection.Outcome);
        if (outcome == RangeOutcome.Whole)
            return;

        for (var i = 0; i < size; i++)
        {
            var isSent = parts.Any(part => part.Start <= i && i <= part.Last);
            Must.Hold(isSent || !wanted[i], "what is asked for is sent");
            Must.Hold(!isSent || wanted[i] || rules.Gap > 0, "nothing else is sent");
        }
    }

    private static bool TryRead(Match match, int size, out int first, out int last, out bool isWhole)
    {
        var (from, to) = (Number(match.Groups[1].Value), Number(match.Groups[2].Value));
        (first, last, isWhole) = (0, -1, false);
        if (from is null)
        {
            var length = (int)Math.Min(to ?? 0, size);
            (first, last, isWhole) = (size - length, size - 1, to > 0 && size == 0);
            return to is not null;
        }

        if (to < from)
            return false;

        (first, last) = ((int)Math.Min(from.Value, size), (int)Math.Min(to ?? long.MaxValue, size - 1));
        return true;

        static long? Number(string digits) => digits.Length == 0 ? null : long.TryParse(digits, out var number) ? number : long.MaxValue;
    }

    [GeneratedRegex(@"\A([0-9]*)-([0-9]*)\z")]
    private static partial Regex Member();
}
