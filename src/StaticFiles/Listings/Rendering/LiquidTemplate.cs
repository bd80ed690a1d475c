using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Scriban;
using Scriban.Runtime;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>A Liquid template of the page; what it puts out is HTML-encoded.</summary>
internal sealed class LiquidTemplate
{
    private readonly Template _template;

    private LiquidTemplate(Template template) => _template = template;

    /// <summary>The page that is sent unless something else is configured.</summary>
    public static LiquidTemplate BuiltIn { get; } = Parse(Branding.Resource("index.liquid"), "index.liquid", out _)!;

    /// <summary>Parses a template and tries it on a page that has everything, because a wrong filter shows only when it runs.</summary>
    /// <param name="text">The template.</param>
    /// <param name="name">Named by <paramref name="problem"/>.</param>
    /// <param name="problem">What is wrong, on one line.</param>
    /// <returns>Null when something is.</returns>
    public static LiquidTemplate? Parse(string text, string name, out string? problem)
    {
        problem = null;
        var template = Template.ParseLiquid(text, name);
        if (template.HasErrors)
        {
            problem = OneLine(string.Join("; ", template.Messages.Select(static message => message.ToString())));
            return null;
        }

        var parsed = new LiquidTemplate(template);
        try
        {
            parsed.Render(SamplePage.Create(), TextWriter.Null);
            return parsed;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            problem = OneLine(error.Message);
            return null;
        }
    }

    public void Render(DirectoryIndexPage page, TextWriter output)
    {
        var context = new EncodingTemplateContext();
        context.PushGlobal(TemplateVariables.Of(page));
        context.PushOutput(new TextWriterOutput(output));
        _template.Render(context);
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
