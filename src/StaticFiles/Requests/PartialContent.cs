using Aeronet.AspNetCore.StaticFiles.Files;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>Of what a request with Range gets its parts.</summary>
/// <param name="File">The representation that has them; null when the field is to be ignored.</param>
/// <param name="AllowsSeveral">Whether several parts may be sent in one answer.</param>
/// <remarks>
/// Of a file that has variants in codings, parts are of the file as it is: a client that adds to what it has, or looks into the middle,
/// can do nothing with bytes out of a compressed stream, and one that decodes what it gets (curl) fails at them. Only who names a
/// variant's tag in If-Range, and so has its first bytes, gets the rest of it, and that in one part: of several, Content-Encoding would say
/// that the frame is compressed (RFC 9110 sections 8.4 and 14.6), and a part has no field of its own for it.
/// </remarks>
internal readonly record struct PartialContent(OpenFile? File, bool AllowsSeveral)
{
    private static readonly PartialContent None = new(null, false);

    /// <summary>Chooses.</summary>
    /// <param name="headers">The request's.</param>
    /// <param name="original">The file.</param>
    /// <param name="chosen">The file, or the variant of it that the whole would be sent in.</param>
    public static PartialContent For(IHeaderDictionary headers, OpenFile original, OpenFile chosen)
    {
        if (chosen == original)
        {
            return Preconditions.AllowRange(headers, original) ? new(original, true) : None;
        }

        if (headers.IfRange.Count == 0)
        {
            return AcceptEncoding.AllowsIdentity(headers.AcceptEncoding) ? new(original, true) : new(chosen, false);
        }

        // A date does not tell which of them the client has.
        return Preconditions.IsIfRangeTag(headers, chosen) ? new(chosen, false)
            : Preconditions.IsIfRangeTag(headers, original) && AcceptEncoding.AllowsIdentity(headers.AcceptEncoding) ? new(original, true)
            : None;
    }
}
