using System.Text;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>README.md of whoever may write files: its HTML has the tags of a document alone, no attribute that runs anything, and harmless links.</summary>
internal sealed partial class ReadmeTarget : IFuzzTarget
{
    private static readonly HashSet<string> s_tags =
    [
        "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "ins", "li", "mark", "ol", "p", "pre", "strong", "sub", "sup",
        "table", "tbody", "td", "th", "thead", "tr", "ul",
    ];

    private static readonly HashSet<string> s_attributes = ["href", "src", "alt", "title", "rel", "class", "start", "type"];

    public string Name => "readme";

    public IEnumerable<byte[]> Seeds =>
    [
        "# Title\n\n[a](https://x/ \"t\") ![i](i.png) <https://y> `code`\n\n| a | b |\n|:-|-:|\n| 1 | 2 |\n"u8.ToArray(),
        "[x](javascript:alert(1)) [y](JAVA\tSCRIPT:x) <script>1</script>\n\n1. ~~a~~ ^b^ ++c++ ==d==\n- e\n"u8.ToArray(),
        "[r][1] &colon; <javascript:x>\n\n[1]: vbscript:x 'q\"'\n\n```js onload=x\ny\n```\n"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        string html;
        try
        {
            html = Markdown.ToHtml(Encoding.UTF8.GetString(input));
        }
        catch (Exception refusal) when (refusal is ArgumentException or TimeoutException)
        {
            // Nested too deeply, or too long: there is no README then.
            return;
        }

        var rest = Tag().Replace(html, match =>
        {
            Must.Hold(s_tags.Contains(match.Groups[1].Value), $"<{match.Groups[1].Value}> is a tag of a document");
            foreach (Match attribute in Attribute().Matches(match.Groups[2].Value))
            {
                var (name, value) = (attribute.Groups[1].Value, System.Net.WebUtility.HtmlDecode(attribute.Groups[2].Value));
                Must.Hold(s_attributes.Contains(name), $"{name} is an attribute of a document");
                if (name is "href" or "src")
                    Must.Hold(!Scheme().IsMatch(value), $"'{value}' leads nowhere that runs");
            }

            return "";
        });
        Must.Hold(!rest.Contains('<', StringComparison.Ordinal), "every tag is closed");
    }

    [GeneratedRegex("""</?([a-z0-9]+)((?:\s+[a-z-]+="[^"<]*")*)\s*/?>""")]
    private static partial Regex Tag();

    [GeneratedRegex("([a-z-]+)=\"([^\"<]*)\"")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"^[\x00-\x20]*(?!https?:|mailto:)[a-z][a-z0-9+.\t\r\n-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();
}
