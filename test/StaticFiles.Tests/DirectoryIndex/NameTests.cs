using System.Text;
using Aeronet.AspNetCore.StaticFiles.Names;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using CsCheck;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

public sealed class NameTests
{
    // What a file system allows in a name, less what no request can ask for.
    private static readonly Gen<byte[]> Names = Gen.Byte.Where(b => b is not (0 or (byte)'/' or (byte)'\\')).Array[1, 40]
        .Where(name => name[0] != (byte)'.');

    [Theory]
    [InlineData("plain.txt", "plain.txt")]
    [InlineData("\u0645\u0631\u62c9", "\u0645\u0631\u62c9")]
    [InlineData("evil\u202Egpj.exe", "evil\\u{202E}gpj.exe")]
    [InlineData("iso\u2066late\u2069", "iso\\u{2066}late\\u{2069}")]
    [InlineData("zero\u200Bwidth", "zero\\u{200B}width")]
    [InlineData("line\nfeed\u0085\u2028", "line\\x0Afeed\\u{0085}\\u{2028}")]
    [InlineData("tag\U000E0041", "tag\\u{E0041}")]
    [InlineData("\U0001F468\u200D\U0001F469", "\U0001F468\u200D\U0001F469")]
    [InlineData("\u0645\u06CC\u200C\u062E", "\u0645\u06CC\u200C\u062E")]
    public void Shown_Misleading_Escaped(string name, string shown) => Assert.Equal(shown, ShownName.Of(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Shown_NoUtf8_BytesEscaped()
    {
        Assert.Equal("a\\xFFb\\xC0\\x80", ShownName.Of([(byte)'a', 0xff, (byte)'b', 0xc0, 0x80]));
        Assert.Equal("\\xED\\xA0\\x80", ShownName.Of([0xed, 0xa0, 0x80]));
    }

    [Fact]
    public void Shown_AnyBytes_NoControlsAndOneToOne() => Names.Select(Names).Sample((left, right) =>
    {
        var (shownLeft, shownRight) = (ShownName.Of(left), ShownName.Of(right));
        Assert.DoesNotContain(shownLeft, char.IsControl);
        Assert.Equal(left.SequenceEqual(right), string.Equals(shownLeft, shownRight, StringComparison.Ordinal));
    });

    [Fact]
    public void Href_AnyBytes_DecodeToTheSame() => Names.Sample(name =>
    {
        var href = HrefName.OfEntry(name, isDirectory: false);
        Assert.Matches("^([A-Za-z0-9._~-]|%[0-9A-F]{2})+$", href);
        var decoded = new List<byte>();
        for (var i = 0; i < href.Length; i++)
        {
            decoded.Add(href[i] == '%' ? Convert.FromHexString(href.AsSpan(i + 1, 2))[0] : (byte)href[i]);
            i += href[i] == '%' ? 2 : 0;
        }

        Assert.Equal(name, decoded);
    });

    [Theory]
    [InlineData("a%FFb", true)]
    [InlineData("%C3", true)]
    [InlineData("%ff/%FE", true)]
    [InlineData("plain", false)]
    [InlineData("100%", false)]
    [InlineData("%41", false)]
    [InlineData("%2F%00%2e", false)]
    [InlineData("%C3%A9", false)] // é has been decoded by the server; here the percent sign is the name's own.
    [InlineData("%FF%C3%A9", false)]
    public void Undecoded_OnlyWhatAServerLeaves(string path, bool expected)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var restored = new byte[bytes.Length];

        Assert.Equal(expected, UndecodedBytes.TryRestore(bytes, restored, out var length));
        if (expected)
        {
            Assert.DoesNotContain((byte)'%', restored.AsSpan(0, length).ToArray());
        }
    }

    [Fact]
    public void Undecoded_NeverMakesASlashDotOrNul() => Gen.String[Gen.Char["%0123456789abcdefABCDEF./x\u00e9"], 0, 60].Sample(path =>
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var restored = new byte[bytes.Length];
        if (UndecodedBytes.TryRestore(bytes, restored, out var length))
        {
            var made = restored.AsSpan(0, length);
            Assert.Equal(bytes.AsSpan().Count((byte)'/'), made.Count((byte)'/'));
            Assert.Equal(bytes.AsSpan().Count((byte)'.'), made.Count((byte)'.'));
            Assert.False(made.Contains((byte)0));
        }
    });

    [Theory]
    [InlineData("file2", "file10")]
    [InlineData("File2", "file10")]
    [InlineData("a", "B")]
    [InlineData("a1b", "a01c")]
    [InlineData("a", "a1")]
    [InlineData("v1.9", "v1.10")]
    [InlineData("z", "\u00e9")]
    public void Order_Natural(string first, string second)
    {
        Assert.True(NameOrder.Compare(Encoding.UTF8.GetBytes(first), Encoding.UTF8.GetBytes(second)) < 0);
        Assert.True(NameOrder.Compare(Encoding.UTF8.GetBytes(second), Encoding.UTF8.GetBytes(first)) > 0);
    }

    // Otherwise sorting may throw or never give the same list twice.
    [Fact]
    public void Order_AnyThree_Consistent()
    {
        var names = Gen.Byte[(byte)'0', (byte)'c'].Array[0, 5];
        Gen.Select(names, names, names).Sample((a, b, c) =>
        {
            Assert.Equal(Math.Sign(NameOrder.Compare(a, b)), -Math.Sign(NameOrder.Compare(b, a)));
            Assert.Equal(a.SequenceEqual(b), NameOrder.Compare(a, b) == 0);
            if (NameOrder.Compare(a, b) <= 0 && NameOrder.Compare(b, c) <= 0)
            {
                Assert.True(NameOrder.Compare(a, c) <= 0);
            }
        });
    }

    // Every link of every list leads to its file: names of any bytes, asked for over the wire.
    [Theory, EachServer]
    public async Task Get_ListedHref_LeadsToTheEntry(ServerKind server)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere names are no bytes.");
        await using var site = await IndexSite.StartAsync(server);
        using var raw = new RawNames(site.Root);
        byte[][] names =
        [
            [0xff], [.. "a b#c?d"u8], [.. "100%41"u8], [.. "%C3%A9"u8], [.. "a:b"u8], [.. "<i>&\"'"u8], [.. "new\nline\t\r"u8], [.. " "u8],
            [.. "\u202Egpj.exe"u8], [0xc3, 0xa9, 0xff, 0xc3], [0xed, 0xa0, 0x80], [0xc0, 0xae], [.. "+;=&@"u8], [.. "~"u8], [0x7f, 0x01],
            [.. "b%2Fc"u8],
        ];
        foreach (var name in names)
        {
            raw.CreateFile(name);
            raw.CreateDirectory([.. "d-"u8, .. name]);
            raw.CreateFile([.. "d-"u8, .. name, .. "/in"u8]);
        }

        using var json = await site.JsonAsync("/");
        var entries = json.RootElement.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(2 * names.Length, entries.Count);
        foreach (var entry in entries)
        {
            var href = "/" + entry.GetProperty("href").GetString();
            var answer = await site.GetAsync(href);
            Assert.True(answer.Status == 200, $"{href}: {answer.Status}");
            if (entry.GetProperty("type").GetString() == "directory")
            {
                Assert.Equal(["in"], await site.NamesAsync(href));
                Assert.Equal(200, (await site.GetAsync(href + "in")).Status);
                Assert.Equal(href, (await site.GetAsync(href[..^1]))["Location"]);
            }
            else
            {
                Assert.Empty(answer.Body);
            }
        }
    }

    [Theory, EachServer]
    public async Task Get_Html_NamesEncoded(ServerKind server)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere names are no bytes.");
        await using var site = await IndexSite.StartAsync(server);
        Directory.CreateDirectory(site.PathOf("<b>\"'&"));
        using var raw = new RawNames(site.PathOf("<b>\"'&"));
        raw.CreateFile("<script>alert(1)\u202E"u8);
        raw.CreateFile([(byte)'x', 0xfe]);

        var html = (await site.GetAsync("/%3Cb%3E%22%27%26/")).Text;

        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<b>", html);
        Assert.DoesNotContain("\u202E", html);
        Assert.Contains("<bdi>x\\xFE</bdi>", html);
        Assert.Contains("""<a href="x%FE">""", html);
    }
}
