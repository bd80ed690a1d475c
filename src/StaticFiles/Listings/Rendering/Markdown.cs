using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>
/// Markdown to HTML that is safe on the site's own pages: raw HTML is shown as text, and links that are neither relative nor of a
/// harmless scheme are text too.
/// </summary>
internal static class Markdown
{
    private const int DeepestHeading = 6;

    // A hundred times what an honest document of the largest size takes.
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);

    private static readonly MarkdownPipeline Pipeline = CreatePipeline();

    /// <summary>Renders a document.</summary>
    /// <exception cref="ArgumentException">It is nested too deeply.</exception>
    /// <exception cref="TimeoutException">It takes longer than a second.</exception>
    public static string ToHtml(string text)
    {
        RenderingDeadline.Start(MaxTime);
        var document = Markdig.Markdown.Parse(text, Pipeline);
        foreach (var node in document.Descendants().ToList())
        {
            switch (node)
            {
                case HeadingBlock heading:
                    // The page has its own heading of the first level.
                    heading.Level = Math.Min(heading.Level + 1, DeepestHeading);
                    break;
                case Table table:
                    // Written as a style attribute, which the policy forbids.
                    table.ColumnDefinitions.ForEach(static column => column.Alignment = null);
                    break;
                case LinkInline link:
                    Clean(link);
                    break;
                case AutolinkInline { IsEmail: false } link when !IsHarmless(link.Url, isImage: false):
                    link.ReplaceBy(new LiteralInline(link.Url));
                    break;
            }
        }

        return document.ToHtml(Pipeline);
    }

    /// <summary>Whether a reference is relative, or of a scheme that runs nothing.</summary>
    public static bool IsHarmless(string? url, bool isImage)
    {
        // Browsers skip controls and blanks before a scheme, and tabs and line ends within it (URL Standard, section 4.4).
        var stripped = string.Concat((url ?? "").Where(static c => c > ' ' && !char.IsControl(c)));
        var end = stripped.AsSpan().IndexOfAny(":/?#");
        if (end < 0 || stripped[end] != ':')
        {
            return true;
        }

        return stripped[..end].ToUpperInvariant() is "HTTP" or "HTTPS" || (!isImage && stripped[..end].ToUpperInvariant() is "MAILTO");
    }

    private static MarkdownPipeline CreatePipeline()
    {
        // No extension that lets the text set attributes or ids.
        var builder = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().UseEmphasisExtras();
        RenderingDeadline.AddTo(builder);
        return builder.Build();
    }

    private static void Clean(LinkInline link)
    {
        var url = link.GetDynamicUrl?.Invoke() ?? link.Url;
        link.GetDynamicUrl = null;
        link.Url = url;
        if (!IsHarmless(url, link.IsImage))
        {
            link.ReplaceBy(new ContainerInline(), copyChildren: true);
        }
        else if (!link.IsImage)
        {
            link.GetAttributes().AddPropertyIfNotExist("rel", "nofollow noopener");
        }
    }
}
