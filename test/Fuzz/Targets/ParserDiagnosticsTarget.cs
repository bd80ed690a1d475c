using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// The second reading of a head that Kestrel has refused. A fault is at a byte that came, and the same however much comes later; what Kestrel's
/// parser refuses has one, and what has none it takes; an excerpt is short, printable, and has no secret.
/// </summary>
internal sealed class ParserDiagnosticsTarget : IFuzzTarget
{
    private const int ExcerptLength = 64;
    private const int MostCuts = 200;

    // Escapes, classes and what is left out stand for one byte or for several.
    private const int LongestPiece = 13;

    private const string Secret = "Zq9Zq9Zq9";

    private static readonly ExcerptWriter s_excerpts = new(ExcerptLength, ["Authorization", "Cookie"], new QueryRedaction(["token"]));

    public string Name => "parser-diagnostics";

    public IEnumerable<byte[]> Seeds =>
    [
        "\0GET /path/%41?q=1&token=x HTTP/1.1\r\nHost: a:80\r\nX-Y: z\r\n\r\n"u8.ToArray(),
        "\u0001OPTIONS * HTTP/1.1\nHost: a\n\n"u8.ToArray(),
        "\u0002CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"u8.ToArray(),
        "\0GET http://u:p@h/b HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n"u8.ToArray(),
        "\u0004POST / HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 3\r\n\r\nabc"u8.ToArray(),
        "\0POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\nAuthorization: Basic eA==\r\n folded\r\n\r\n"u8.ToArray(),
        "\0\u0016\u0003\u0001\u0002\0"u8.ToArray(),
        "\0PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        var flags = fields.Byte();
        var rules = new HeadRules
        {
            MaxRequestLineSize = (flags & 1) == 0 ? 8192 : 64,
            MaxFieldsSize = (flags & 2) == 0 ? 32768 : 128,
            MaxFieldCount = (flags & 4) == 0 ? 100 : 2,
            AllowsLineFeed = (flags & 8) == 0,
            ValuesAreUtf8 = (flags & 16) == 0,
            IsEncrypted = (flags & 32) != 0,
            AllowsHostOverride = (flags & 64) != 0,
        };
        var head = fields.Rest;

        var meter = Meter.Start();
        var fault = HeadScanner.Find(head, rules);
        meter.StopLinear(nameof(HeadScanner), head.Length, steps: 80, bytes: 64);
        if (fault is { } found)
        {
            Must.Hold(found.Offset >= 0 && found.Offset <= head.Length, "a fault is at a byte that came, or at the end");
            Must.Hold(found.StatusCode is 0 or (>= 400 and < 600) && (found.StatusCode == 0) == (found.Kind == RequestFault.HeadIncomplete));
            Must.BePrintable(found.Expected);
        }

        CheckPrefixes(head, rules, fault);
        if (rules.AllowsLineFeed)
            KestrelHead.Compare(head, fault);

        foreach (var offset in (ReadOnlySpan<int>)[fault?.Offset ?? 0, head.Length / 2, head.Length])
            CheckExcerpts(head, offset);
    }

    private static void CheckPrefixes(ReadOnlySpan<byte> head, HeadRules rules, HeadFault? whole)
    {
        // One byte of a ClientHello is one where nothing follows.
        for (var cut = 2; cut < head.Length; cut += Math.Max(1, head.Length / MostCuts))
        {
            if (HeadScanner.Find(head[..cut], rules) is { StatusCode: not 0 } fault)
                Must.Equal(fault, whole.GetValueOrDefault(), "what is wrong with the beginning");
        }
    }

    private static void CheckExcerpts(ReadOnlySpan<byte> head, int offset)
    {
        var start = Math.Min(head.IndexOfAnyExcept((byte)'\r', (byte)'\n') is var first && first < 0 ? head.Length : first, head.Length);
        var meter = Meter.Start();
        var excerpt = s_excerpts.Write(head, start, offset);
        meter.StopLinear(nameof(ExcerptWriter), head.Length, steps: 120, bytes: 256);
        CheckExcerpt(excerpt);
        CheckExcerpt(s_excerpts.WriteFields(head, offset));
        CheckExcerpt(s_excerpts.WriteClass(head, offset));
        if (head.IndexOf("Zq9"u8) >= 0)
            return;

        byte[] withSecret = [.. head, .. Encoding.ASCII.GetBytes($"\r\nAuthorization: {Secret}\r\n\r\n")];
        for (var at = head.Length; at <= withSecret.Length; at++)
        {
            Must.Hold(!s_excerpts.Write(withSecret, start, at).Text!.Contains("Zq9", StringComparison.Ordinal), "no secret is quoted");
            Must.Hold(!s_excerpts.WriteFields(withSecret, at).Text!.Contains("Zq9", StringComparison.Ordinal), "no secret of a trailer is quoted");
        }
    }

    private static void CheckExcerpt(Excerpt excerpt)
    {
        Must.Hold(excerpt.Text is not null && excerpt.Text.Length <= ExcerptLength * LongestPiece, "an excerpt is short");
        Must.BePrintable(excerpt.Text);
        Must.Hold(excerpt.Caret >= 0 && excerpt.Caret <= excerpt.Text.Length, "the place is in the excerpt");
    }
}
