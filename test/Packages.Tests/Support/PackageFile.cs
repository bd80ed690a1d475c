using System.IO.Compression;
using System.Xml.Linq;

namespace Aeronet.AspNetCore.Packages.Tests.Support;

/// <summary>A package as nuget.org would read it.</summary>
internal sealed class PackageFile
{
    private readonly string _path;
    private readonly XElement _metadata;

    public PackageFile(string path)
    {
        _path = path;
        using var archive = ZipFile.OpenRead(path);
        Entries = [.. archive.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)];
        using var nuspec = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        _metadata = XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    /// <summary>The files in it.</summary>
    public IReadOnlyList<string> Entries { get; }

    public string Id => Field("id")!;

    public string Version => Field("version")!;

    /// <summary>What it depends on, with the least version.</summary>
    public Dictionary<string, string> Dependencies => _metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
        .ToDictionary(element => (string)element.Attribute("id")!, element => (string)element.Attribute("version")!);

    /// <summary>A field of the nuspec; null if it is not there.</summary>
    public string? Field(string name) => Element(name)?.Value;

    /// <summary>An attribute of a field of the nuspec; null if it is not there.</summary>
    public string? Attribute(string element, string name) => (string?)Element(element)?.Attribute(name);

    /// <summary>A file in it.</summary>
    public byte[] Read(string entry)
    {
        using var archive = ZipFile.OpenRead(_path);
        using var content = archive.GetEntry(entry)?.Open() ?? throw new FileNotFoundException($"{_path} has no {entry}.");
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>A text file in it.</summary>
    public string ReadText(string entry)
    {
        using var reader = new StreamReader(new MemoryStream(Read(entry)));
        return reader.ReadToEnd();
    }

    public override string ToString() => $"{Id} {Version}";

    private XElement? Element(string name) => _metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name);
}
