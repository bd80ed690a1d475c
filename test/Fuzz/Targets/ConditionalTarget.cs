using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// Conditional headers and Accept-Encoding. The order of RFC 9110 section 13.2.2 holds; the file's own tag matches wherever it stands in a
/// list; what matches strongly matches weakly; a date read and written is the same; what is chosen is one of the file's own forms.
/// </summary>
internal sealed class ConditionalTarget : IFuzzTarget
{
    private const long Modified = 1_700_000_000;

    private static readonly OpenFile s_plain = Make(null, changed: Modified + 5, []);
    private static readonly OpenFile s_gzip = Make("gzip", changed: Modified, []);
    private static readonly OpenFile s_coded = Make(null, changed: Modified, [Make("br", changed: Modified, []), s_gzip]);
    private static readonly OpenFile s_weak = Make(null, changed: 0, []);

    public string Name => "conditional";

    public IEnumerable<byte[]> Seeds =>
    [
        Encoding.Latin1.GetBytes($"\0\n{s_plain.ETag}\n\n\n\n\n\nbytes=0-1"),
        Encoding.Latin1.GetBytes($"\u0001\n\nW/\"a,b\", {s_coded.ETag}\n\n\n\ngzip;q=0.5, br, *;q=0\n"),
        Encoding.Latin1.GetBytes($"\u0002\n*\n*\n{HttpDate.Format(Modified)}\nTuesday, 14-Nov-23 22:13:20 GMT\n{HttpDate.Format(Modified)}\nidentity;q=0\nbytes=-5"),
        "\u0001\n\n\nTue Nov 14 22:13:20 2023\n\n\nx-gzip;q=0.001\rbr;q=1.000\n"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        var file = fields.OneOf(s_plain, s_coded, s_weak);
        _ = fields.Line();
        IHeaderDictionary headers = new HeaderDictionary();
        headers.IfMatch = fields.Header();
        headers.IfNoneMatch = fields.Header();
        headers.IfModifiedSince = fields.Header();
        headers.IfUnmodifiedSince = fields.Header();
        headers.IfRange = fields.Header();
        headers.AcceptEncoding = fields.Header();
        headers.Range = fields.Header();

        var meter = Meter.Start();
        var outcome = Preconditions.Evaluate(headers, file);
        var chosenAny = AcceptEncoding.TryChoose(headers.AcceptEncoding, file, out var chosen);
        meter.StopLinear(nameof(Preconditions), input.Length, steps: 80);

        CheckOrder(headers, file, outcome);
        CheckTags(headers.IfNoneMatch, file);
        CheckChoice(headers, file, chosenAny, chosen);
        foreach (var date in headers.IfModifiedSince.Concat(headers.IfRange))
        {
            if (HttpDate.TryParse(date, out var seconds))
                Must.Hold(HttpDate.TryParse(HttpDate.Format(seconds), out var again) && again == seconds, "a date is the same after it was written");
        }
    }

    private static void CheckOrder(IHeaderDictionary headers, OpenFile file, PreconditionOutcome outcome)
    {
        if (headers.IfMatch.Count > 0)
            Must.Equal(outcome, With(headers, copy => copy.IfUnmodifiedSince = HttpDate.Format(0), file));

        if (headers.IfNoneMatch.Count > 0)
            Must.Equal(outcome, With(headers, copy => copy.IfModifiedSince = HttpDate.Format(Modified), file));

        if (headers.IfMatch.Count == 0 && headers.IfUnmodifiedSince.Count == 0)
        {
            Must.Hold(outcome != PreconditionOutcome.Failed);
            Must.Equal(PreconditionOutcome.NotModified, With(headers, copy => copy.IfNoneMatch = Before(file.ETag, copy.IfNoneMatch), file));
            Must.Equal(PreconditionOutcome.NotModified, With(headers, copy => copy.IfNoneMatch = "*", file));
        }

        if (!file.ETag.StartsWith('W'))
            Must.Hold(With(headers, copy => copy.IfMatch = Before(file.ETag, copy.IfMatch), file) != PreconditionOutcome.Failed);
    }

    private static void CheckTags(StringValues field, OpenFile file)
    {
        Must.Hold(!EntityTagList.AnyMatches(field, file.ETag, weakly: false) || EntityTagList.AnyMatches(field, file.ETag, weakly: true));
        Must.Hold(!EntityTagList.AnyMatches(field, "W/\"weak\"", weakly: false) || field.Any(line => line!.Trim(' ', '\t') == "*"));
    }

    private static void CheckChoice(IHeaderDictionary headers, OpenFile file, bool chosenAny, OpenFile chosen)
    {
        Must.Hold(chosen == file || file.Variants.Contains(chosen));
        Must.Hold(chosenAny || chosen == file);
        if (file.Variants.Length == 0)
            Must.Equal(AcceptEncoding.AllowsIdentity(headers.AcceptEncoding), chosenAny);

        if (headers.AcceptEncoding.Count > 0)
        {
            var refused = new StringValues([.. headers.AcceptEncoding, "br;q=0, gzip;q=0, x-gzip;q=0, identity;q=0"]);
            Must.Hold(!AcceptEncoding.TryChoose(refused, file, out _), "what is refused last is refused");
        }

        var part = PartialContent.For(headers, file, chosen);
        Must.Hold(part.File is null ? !part.AllowsSeveral : part.File == file || part.File == chosen);
    }

    private static PreconditionOutcome With(IHeaderDictionary headers, Action<IHeaderDictionary> change, OpenFile file)
    {
        var copy = new HeaderDictionary(headers.ToDictionary(field => field.Key, field => field.Value));
        change(copy);
        return Preconditions.Evaluate(copy, file);
    }

    private static StringValues Before(string tag, StringValues field) => field.Count == 0 ? tag : new StringValues([$"{tag}, {field[0]}", .. field.Skip(1)]);

    private static OpenFile Make(string? coding, long changed, OpenFile[] variants)
    {
        ContentCoding.TryFind(coding, out var known);
        return new OpenFile(
            new SafeFileHandle(), new FileStat(1, 7, 1000, Modified, 1, changed, 2, IsUnlinked: false), new FileDescription("a.txt", "text/plain", Coding: known), variants);
    }
}
