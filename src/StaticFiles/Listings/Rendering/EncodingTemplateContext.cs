using System.Text.Encodings.Web;
using System.Text.Unicode;
using Scriban;
using Scriban.Parsing;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>Encodes every value that a template puts out, unless it is <see cref="RawHtml"/>.</summary>
internal sealed class EncodingTemplateContext : LiquidTemplateContext
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public EncodingTemplateContext()
    {
        // Of itself the library cuts texts off without a word. What exceeds a bound of ours is an error, and no page.
        LimitToString = RenderedBody.MaxBytes;
        OnStringLimit = ScriptLimitBehavior.Throw;
        OutputLimit = RenderedBody.MaxBytes;
        OnOutputLimit = ScriptLimitBehavior.Throw;

        // A page has 10,000 entries at most, and templates may go over them more than once.
        LoopLimit = 1_000_000;
        LoopLimitQueryable = LoopLimit;
        RecursiveLimit = 20;
        ObjectRecursionLimit = 20;
        RegexTimeOut = TimeSpan.FromSeconds(1);
    }

    public override TemplateContext Write(SourceSpan span, object? textAsObject) => textAsObject switch
    {
        null => this,
        RawHtml raw => Write(raw.Html),
        _ => Write(Encoder.Encode(ObjectToString(textAsObject) ?? "")),
    };
}
