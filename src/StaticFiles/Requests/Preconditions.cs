using Aeronet.AspNetCore.StaticFiles.Files;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>Conditional requests of GET and HEAD (RFC 9110 section 13).</summary>
internal static class Preconditions
{
    /// <summary>Whether any field is there that makes the answer other than the whole file.</summary>
    public static bool AreAbsent(IHeaderDictionary headers) =>
        (headers.IfNoneMatch.Count | headers.IfModifiedSince.Count | headers.Range.Count
            | headers.IfMatch.Count | headers.IfUnmodifiedSince.Count) == 0;

    /// <summary>Evaluates the fields in the order of section 13.2.2.</summary>
    public static PreconditionOutcome Evaluate(IHeaderDictionary headers, OpenFile file)
    {
        if (headers.IfMatch.Count > 0)
        {
            if (!EntityTagList.AnyMatches(headers.IfMatch, file.ETag, weakly: false))
            {
                return PreconditionOutcome.Failed;
            }
        }
        else if (TryReadDate(headers.IfUnmodifiedSince, file, out var unmodifiedSince) && file.LastModifiedSeconds > unmodifiedSince)
        {
            return PreconditionOutcome.Failed;
        }

        if (headers.IfNoneMatch.Count > 0)
        {
            return EntityTagList.AnyMatches(headers.IfNoneMatch, file.ETag, weakly: true)
                ? PreconditionOutcome.NotModified
                : PreconditionOutcome.Proceed;
        }

        return TryReadDate(headers.IfModifiedSince, file, out var modifiedSince) && file.LastModifiedSeconds <= modifiedSince
            ? PreconditionOutcome.NotModified
            : PreconditionOutcome.Proceed;
    }

    /// <summary>
    /// Whether If-Range allows the Range field to be looked at: a strong tag that matches, or a date that is the file's own, not
    /// merely later, and strong (section 13.1.5). Absent, it does.
    /// </summary>
    public static bool AllowRange(IHeaderDictionary headers, OpenFile file)
    {
        return headers.IfRange.Count == 0
            || IsIfRangeTag(headers, file)
            || (TryReadDate(headers.IfRange, file, out var date) && date == file.LastModifiedSeconds && file.IsDateStrong);
    }

    /// <summary>Whether If-Range is the strong tag of that very representation.</summary>
    public static bool IsIfRangeTag(IHeaderDictionary headers, OpenFile file)
        => headers.IfRange is [{ } value] && value.StartsWith('"') && string.Equals(value, file.ETag, StringComparison.Ordinal);

    // A field with more than one value, or a value that is no date, is to be ignored, and so is every date where the file has none
    // (sections 13.1.3 and 13.1.4).
    private static bool TryReadDate(StringValues field, OpenFile file, out long unixSeconds)
    {
        unixSeconds = file.LastModifiedSeconds;
        return field.Count == 1 && file.LastModified is not null
            && (string.Equals(field[0], file.LastModified, StringComparison.Ordinal) || HttpDate.TryParse(field[0], out unixSeconds));
    }
}
