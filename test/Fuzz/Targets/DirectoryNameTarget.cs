using System.Buffers;
using System.Globalization;
using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.StaticFiles.Names;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// Names of files, and paths of requests. What is shown neither hides nor turns the text around; a link leads back to the same bytes; the
/// order is one; a path that passes has plain components; a name for saving is one quoted word.
/// </summary>
internal sealed class DirectoryNameTarget : IFuzzTarget
{
    private static readonly SearchValues<char> s_ends = SearchValues.Create("/?#:\\\"'<>& ");

    public string Name => "directory-name";

    public IEnumerable<byte[]> Seeds =>
    [
        "file10.txt\nfile9.txt\nFILE009.txt\n/a/b/.well-known/c"u8.ToArray(),
        [.. "caf\u00e9 \u202etxt.exe\nna"u8, 0xff, .. "ve\n.hidden\n/x/%FF/../y"u8],
        "a\"b;c\\d\n%41%\na\u200d\ud83d\ude00\n//"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        var (first, second, third) = (fields.Line().ToArray(), fields.Line().ToArray(), fields.Line().ToArray());
        CheckShown(first);
        CheckLink(first);
        CheckSaved(first);
        CheckOrder(first, second, third);
        CheckPath(Encoding.UTF8.GetString(fields.Rest));
    }

    private static void CheckShown(byte[] name)
    {
        var meter = Meter.Start();
        var shown = ShownName.Of(name);
        meter.StopLinear(nameof(ShownName), name.Length, bytes: 400);
        Must.Hold(name.Length == 0 || shown.Length > 0, "a name can be seen");
        foreach (var rune in shown.EnumerateRunes())
        {
            Must.Hold(
                Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                && (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format || rune.Value is 0x200c or 0x200d),
                "nothing that is shown misleads");
        }

        Must.Hold(name.AsSpan().IndexOf((byte)'\\') >= 0 || !IsText(name) || shown.Contains('\\') || shown == Encoding.UTF8.GetString(name), "what can be shown is shown");
    }

    private static void CheckLink(byte[] name)
    {
        var href = HrefName.OfEntry(name, isDirectory: false);
        Must.BePrintable(href);
        Must.Hold(!href.AsSpan().ContainsAny(s_ends), "a link is one segment");
        Must.Hold(Decode(href, keepsForeign: false).AsSpan().SequenceEqual(name), "a link leads back to its name");
        Must.Equal(href + "/", HrefName.OfEntry(name, isDirectory: true));

        // What the server leaves undecoded, for it is no UTF-8. A percent sign of the name's own may look like it.
        if (name.AsSpan().IndexOf((byte)'%') >= 0)
            return;

        var left = Decode(href, keepsForeign: true);
        var restored = new byte[left.Length];
        var isRestored = UndecodedBytes.TryRestore(left, restored, out var length);
        Must.Equal(!IsText(name), isRestored, "whether bytes were left undecoded");
        Must.Hold((isRestored ? restored.AsSpan(0, length) : left).SequenceEqual(name), "what a server leaves is restored");
    }

    private static void CheckSaved(byte[] name)
    {
        var text = Encoding.UTF8.GetString(name);
        if (text.Length == 0)
            return;

        var field = ContentDisposition.Attachment(text);
        Must.BePrintable(field);
        Must.Equal(2, field.Count(c => c == '"'), "how many quotes there are");
        const string Extended = "\"; filename*=UTF-8''";
        if (field.IndexOf(Extended, StringComparison.Ordinal) is >= 0 and var start)
            Must.Equal(text.Replace('/', '_').Replace('\\', '_'), Encoding.UTF8.GetString(Decode(field[(start + Extended.Length)..], keepsForeign: false)), "the name in any script");
        else
            Must.Hold(field.Contains($"\"{text}\"", StringComparison.Ordinal), "a plain name is itself");
    }

    private static void CheckOrder(byte[] first, byte[] second, byte[] third)
    {
        var meter = Meter.Start();
        var order = Math.Sign(NameOrder.Compare(first, second));
        meter.StopLinear(nameof(NameOrder), first.Length + second.Length, bytes: 0);
        Must.Equal(-order, Math.Sign(NameOrder.Compare(second, first)), "the order the other way round");
        Must.Equal(order == 0, first.AsSpan().SequenceEqual(second), "whether both are one");
        if (order <= 0 && NameOrder.Compare(second, third) <= 0)
            Must.Hold(NameOrder.Compare(first, third) <= 0, "the order goes on");
    }

    private static void CheckPath(string path)
    {
        Span<byte> buffer = stackalloc byte[RelativePath.MaxBytes];
        foreach (var hidden in (ReadOnlySpan<bool>)[false, true])
        {
            var meter = Meter.Start();
            var passes = RelativePath.TryRead(path, 0, hidden, buffer, out var relative);
            meter.StopLinear(nameof(RelativePath), path.Length, bytes: 0);
            if (!passes)
                continue;

            var bytes = relative.Terminated;
            Must.Hold(bytes[^1] == 0 && bytes.IndexOf((byte)0) == bytes.Length - 1 && bytes.IndexOf((byte)'\\') < 0, "a path has one end");
            var text = Encoding.UTF8.GetString(bytes[..^1]);
            Must.Equal(path.Length == 0 ? "" : relative.IsRoot ? "/" : $"/{text}{(relative.IsDirectory ? "/" : "")}", path);
            foreach (var component in text.Length == 0 ? [] : text.Split('/'))
                Must.Hold(component is not ("" or "." or "..") && (hidden || component[0] != '.' || component == ".well-known"), "components are plain");
        }
    }

    private static bool IsText(byte[] name) => System.Text.Unicode.Utf8.IsValid(name);

    // As servers do: what makes no character stays escaped.
    private static byte[] Decode(string href, bool keepsForeign)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < href.Length; i++)
        {
            var isEscape = href[i] == '%';
            bytes.Add(isEscape ? Convert.FromHexString(href.AsSpan(i + 1, 2))[0] : (byte)href[i]);
            i += isEscape ? 2 : 0;
        }

        if (!keepsForeign)
            return [.. bytes];

        var left = new List<byte>();
        for (ReadOnlySpan<byte> rest = bytes.ToArray(); !rest.IsEmpty;)
        {
            var isCharacter = Rune.DecodeFromUtf8(rest, out _, out var length) == OperationStatus.Done;
            foreach (var value in rest[..length])
                left.AddRange(isCharacter ? [value] : Encoding.ASCII.GetBytes($"%{value:X2}"));

            rest = rest[length..];
        }

        return [.. left];
    }
}
