using System.Text.Encodings.Web;
using System.Text.Unicode;
using Scriban;
using Scriban.Parsing;

namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex.Rendering;

/// <summary>Encodes every value that a template puts out, unless it is <see cref="RawHtml"/>.</summary>
internal sealed class EncodingTemplateContext : LiquidTemplateContext
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public EncodingTemplateContext()
    {
        // A page has 10,000 entries at most, and templates may go over them more than once.
        LoopLimit = 1_000_000;
        RecursiveLimit = 20;
    }

    public override TemplateContext Write(SourceSpan span, object? textAsObject) => textAsObject switch
    {
        null => this,
        RawHtml raw => Write(raw.Html),
        _ => Write(Encoder.Encode(ObjectToString(textAsObject) ?? "")),
    };
}
