using System.Text;
using Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// A template of the operator's: it is taken, and then renders the page that it was tried on, the same each time; or what is wrong with it is
/// said in one line.
/// </summary>
internal sealed class LiquidTarget : IFuzzTarget
{
    private const int LongestTemplate = 1024;

    public string Name => "liquid";

    public IEnumerable<byte[]> Seeds =>
    [
        "<h1>{{ title }}</h1>{% for e in entries %}<a href=\"{{ e.href }}\">{{ e.name | upcase }}</a>{% endfor %}"u8.ToArray(),
        "{% if parent_href %}{{ parent_href }}{% else %}-{% endif %}{{ 'x' | append: total_text }}"u8.ToArray(),
        "{% assign a = 1 %}{{ a | plus: 2 }}{% capture b %}{{ path }}{% endcapture %}{{ b }}"u8.ToArray(),
        "{{ title | nofilter }}{% for %}"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input[..Math.Min(input.Length, LongestTemplate)]);
        var template = LiquidTemplate.Parse(text, "t.liquid", out var problem);
        Must.Equal(template is null, problem is not null, "whether there is a problem");
        if (template is null)
        {
            Must.Hold(!problem!.AsSpan().ContainsAny("\r\n\u2028\u2029\u0085"), "a problem is one line");
            return;
        }

        Must.Equal(Render(template), Render(template), "what is rendered again");
    }

    private static string Render(LiquidTemplate template)
    {
        var text = new StringWriter();
        template.Render(SamplePage.Create(), text);
        return text.ToString();
    }
}
