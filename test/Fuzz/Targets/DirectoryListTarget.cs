using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Aeronet.AspNetCore.StaticFiles.Listings.Rendering;
using Aeronet.AspNetCore.StaticFiles.Listings.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// A directory with hostile names, and the query that asks for it, in the built-in Liquid template, as JSON and as text. No name makes a tag, an
/// attribute or a line; JSON is valid and has every entry; what a query says, its own links say again.
/// </summary>
internal sealed class DirectoryListTarget : IFuzzTarget
{
    private static readonly EntryRules s_rules = new(serveHidden: true, isServedType: null);
    private static readonly string s_plain = Render("a.txt"u8.ToArray(), "b"u8.ToArray());

    public string Name => "directory-list";

    public IEnumerable<byte[]> Seeds =>
    [
        "sort=size&order=desc&page=2&limit=1\n<script>alert(1)</script>\n\" onmouseover=\"x"u8.ToArray(),
        "format=json&sort=date\n{{ banner }}{% raw %}\n&lt;"u8.ToArray(),
        [.. "page=99999999999&limit=0\n"u8, 0xff, 0xfe, .. "\n\u202e'`"u8],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        var query = IndexQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(fields.Text())));
        CheckQuery(query);
        var (file, directory) = (NameOf(fields.Line(), "file"u8), NameOf(fields.Line(), "directory"u8));
        CheckPage(file, directory);
        CheckLists(file, directory, query);
    }

    private static void CheckQuery(IndexQuery query)
    {
        Must.Hold(query.Page >= 1 && query.Limit is null or (>= 1 and <= IndexQuery.MaxLimit), "numbers are those of pages");
        var href = query.ToHref();
        Must.BePrintable(href);
        Must.Equal(query, IndexQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(href == "./" ? "" : href))), "a query in its own link");
    }

    // Markup of the page is the template's alone.
    private static void CheckPage(byte[] file, byte[] directory)
    {
        var page = Render(file, directory);
        foreach (var mark in "<>\"")
            Must.Equal(s_plain.Count(c => c == mark), page.Count(c => c == mark), $"how many {mark} the page has");
    }

    private static void CheckLists(byte[] file, byte[] directory, IndexQuery query)
    {
        var slice = new IndexSlice(SnapshotOf(file, directory), query, 100, 1000);
        Must.Hold(slice.Query.Page <= slice.PageCount && slice.Count >= 1 && slice.Start + slice.Count <= slice.Snapshot.Count, "a page is one that there is");
        var text = new StringWriter();
        TextListing.WriteAsync(slice, text).GetAwaiter().GetResult();
        Must.Equal(slice.Count, text.ToString().Count(char.IsControl), "how many lines the text has");

        using var stream = new MemoryStream();
        var pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        JsonListing.WriteAsync(slice, "/", pipe).GetAwaiter().GetResult();
        pipe.Complete();
        using var json = JsonDocument.Parse(stream.ToArray());
        Must.Equal(slice.Count, json.RootElement.GetProperty("entries").GetArrayLength(), "how many entries there are");
    }

    private static DirectorySnapshot SnapshotOf(byte[] file, byte[] directory)
    {
        var builder = new DirectorySnapshotBuilder(s_rules, 100, []);
        builder.Add(file, isDirectory: false, 1234, 1_700_000_000);
        builder.Add(directory, isDirectory: true, 0, 1_700_000_001);
        return builder.Build(default, DateTimeOffset.UnixEpoch);
    }

    private static string Render(byte[] file, byte[] directory)
    {
        var sample = SamplePage.Create();
        var breadcrumbs = PageFactory.Breadcrumbs("/m", directory);
        var page = new DirectoryIndexPage
        {
            Title = "Index of " + PageFactory.ShownPath(breadcrumbs),
            Path = PageFactory.ShownPath(breadcrumbs),
            Breadcrumbs = breadcrumbs,
            ParentHref = "../",
            Columns = sample.Columns,
            Entries = [Entry(file, isDirectory: false), Entry(directory, isDirectory: true)],
            DirectoryCount = 1,
            FileCount = 1,
            IsTruncated = false,
            PageNumber = 1,
            PageCount = 1,
            FirstHref = null,
            PreviousHref = null,
            NextHref = null,
            LastHref = null,
            Banner = Encoding.UTF8.GetString(file),
            HeaderHtml = null,
            FooterHtml = null,
            ReadmeName = null,
            ReadmeHtml = null,
            Style = "",
            OwnStyle = null,
        };
        var text = new StringWriter();
        LiquidTemplate.BuiltIn.Render(page, text);
        return text.ToString();
    }

    private static DirectoryIndexEntry Entry(byte[] name, bool isDirectory) => new()
    {
        Name = StaticFiles.Names.ShownName.Of(name),
        Href = StaticFiles.Names.HrefName.OfEntry(name, isDirectory),
        IsDirectory = isDirectory,
        Size = isDirectory ? null : 1234,
        SizeText = isDirectory ? "" : "1.2 KiB",
        Modified = DateTimeOffset.UnixEpoch,
    };

    // A component, of which there is one.
    private static byte[] NameOf(ReadOnlySpan<byte> line, ReadOnlySpan<byte> otherwise)
    {
        byte[] name = [.. line.ToArray().Where(value => value is not ((byte)'/' or 0)).Take(255)];
        return s_rules.Lists(name, isAtMount: true) ? name : otherwise.ToArray();
    }
}
