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
    public static string Of(string id)
    {
        var member = Members.GetValueOrDefault(id) ?? throw new InvalidOperationException($"{id} has no documentation comment.");
        var parts = new[] { member.Element("summary"), member.Element("remarks") }.OfType<XElement>().Select(Text);
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    private static string Text(XElement element) =>
        Spaces().Replace(string.Concat(element.Nodes().Select(NodeText)), " ").Trim();

    private static string NodeText(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => (string?)see.Attribute("langword") switch
        {
            "null" => "nothing set",
            { } word => word,
            null => ShortName((string?)see.Attribute("cref") ?? see.Value),
        },
        XElement element => Text(element),
        _ => "",
    };

    // P:A.B.Type.Member and T:A.B.Type, without the arguments of a method.
    private static string ShortName(string cref)
    {
        var name = cref.Split('(')[0];
        return name[(name.LastIndexOf('.') + 1)..];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
