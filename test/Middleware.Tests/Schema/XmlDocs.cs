using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>The documentation comments of the packages, as plain text.</summary>
internal static partial class XmlDocs
{
    private static readonly Dictionary<string, XElement> Members = Directory.GetFiles(AppContext.BaseDirectory, "Aeronet.AspNetCore.*.xml")
        .SelectMany(file => XDocument.Load(file).Descendants("member"))
        .DistinctBy(member => (string)member.Attribute("name")!)
        .ToDictionary(member => (string)member.Attribute("name")!, StringComparer.Ordinal);

    /// <summary>Summary and remarks of a member, such as <c>P:Namespace.Type.Property</c>.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static string Of(string id) => Of(id, isMarkdown: false);

    /// <summary>The same for a cell of a Markdown table.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static string MarkdownOf(string id) => Of(id, isMarkdown: true);

    private static string Of(string id, bool isMarkdown)
    {
        var member = Members.GetValueOrDefault(id) ?? throw new InvalidOperationException($"{id} has no documentation comment.");
        var parts = new[] { member.Element("summary"), member.Element("remarks") }.OfType<XElement>().Select(part => Text(part, isMarkdown));
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    private static string Text(XElement element, bool isMarkdown) =>
        Spaces().Replace(string.Concat(element.Nodes().Select(node => NodeText(node, isMarkdown))), " ").Trim();

    private static string NodeText(XNode node, bool isMarkdown) => node switch
    {
        XText text => isMarkdown ? Special().Replace(text.Value, @"\$0") : text.Value,
        XElement { Name.LocalName: "see" } see => (string?)see.Attribute("langword") switch
        {
            "null" => isMarkdown ? "none" : "nothing set",
            { } word => isMarkdown ? $"`{word}`" : word,
            null => Code(ShortName((string?)see.Attribute("cref") ?? see.Value), isMarkdown),
        },
        XElement { Name.LocalName: "c" } code => Code(Text(code, isMarkdown: false), isMarkdown),
        XElement element => (element.Name.LocalName is "para" or "item" ? " " : "") + Text(element, isMarkdown),
        _ => "",
    };

    private static string Code(string text, bool isMarkdown) => isMarkdown ? $"`{text.Replace("|", @"\|", StringComparison.Ordinal)}`" : text;

    // P:A.B.Type.Member and T:A.B.Type, without the arguments of a method.
    private static string ShortName(string cref)
    {
        var name = cref.Split('(')[0];
        return name[(name.LastIndexOf('.') + 1)..];
    }

    [GeneratedRegex(@"[|*<\[\]]")]
    private static partial Regex Special();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
