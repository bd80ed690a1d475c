using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Cors;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// Origins of a policy and of a request. An origin is its parts written again, and is what <see cref="Uri"/> takes it for; a pattern without
/// a wildcard is that origin alone, and one with it covers what is below it alone; following remedies comes to an end.
/// </summary>
internal sealed partial class CorsOriginTarget : IFuzzTarget
{
    // Each takes something away, or writes it otherwise once.
    private static int MostRemedies(string text) => 6 + (text.Length / 2);

    private static readonly SearchValues<char> s_ends = SearchValues.Create("/?#@\\ *");

    public string Name => "cors-origin";

    public IEnumerable<byte[]> Seeds =>
    [
        "https://app.example.com\nhttps://app.example.com\nX-One, x-two"u8.ToArray(),
        "https://*.example.com\nhttps://a.b.example.com\nauthorization"u8.ToArray(),
        "http://localhost:*\nhttp://localhost:3000\n"u8.ToArray(),
        "HTTPS://Bücher.Example:443/path\nhttps://[2001:db8::1]:8443\n*"u8.ToArray(),
        "http://127.0.0.1:80\nnull\n"u8.ToArray(),
        "safari-web-extension://ABC\nchrome-extension://abc\n"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        var text = Encoding.UTF8.GetString(fields.Line());
        var asked = fields.Text();
        var requested = fields.Text();

        var meter = Meter.Start();
        var isOrigin = Origin.TryParse(asked, out var origin);
        meter.StopLinear(nameof(Origin), asked.Length, bytes: 0);
        if (isOrigin)
            CheckOrigin(asked, origin);

        meter = Meter.Start();
        var pattern = OriginPattern.Parse(text, out _, out var remedy);
        meter.StopLinear(nameof(OriginPattern), text.Length, steps: 80, bytes: 400);
        Must.Equal(pattern is null, remedy.Length > 0, "whether there is a remedy");
        if (pattern is null)
            FollowRemedies(text, remedy);
        else
            CheckPattern(text, pattern, asked, isOrigin);

        CheckRequested(requested);
    }

    private static void CheckOrigin(string text, Origin origin)
    {
        Must.BePrintable(text);
        Must.Hold(origin.Host.Length > 0 && origin.Port is >= 0 and <= 65535);
        Must.Equal(text, $"{origin.Scheme}://{origin.Host}{(origin.Port == Origin.OwnPort ? "" : $":{origin.Port}")}", "an origin written again");
        Must.Hold(!origin.Host.ContainsAny(s_ends), "nothing in a host ends it");
        if (origin.Scheme is not ("http" or "https") || origin.Host.Contains('_') || !origin.HasSerializedAddress())
            return;

        // What a client would connect to.
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            Must.Equal("/", uri.PathAndQuery);
            Must.Hold(uri.UserInfo.Length == 0 && uri.Fragment.Length == 0);
            Must.Equal(origin.Port == Origin.OwnPort ? Origin.DefaultPort(origin.Scheme)!.Value : origin.Port, uri.Port);
            if (origin.Kind == Middleware.Hosts.HostKind.Name)
                Must.Equal(origin.Host.ToString(), uri.Host);
        }
    }

    private static void CheckPattern(string text, OriginPattern pattern, string asked, bool isOrigin)
    {
        Must.BePrintable(text);
        var set = new OriginSet([text]);
        var matches = isOrigin && Origin.TryParse(asked, out var origin) && pattern.Matches(origin);
        if (pattern.IsExact)
        {
            Must.Equal(asked == text, set.Contains(asked), "an exact origin is that one");
            Must.Hold(set.Contains(text) && Origin.TryParse(text, out var own) && pattern.Matches(own), "an exact origin is its own");
            return;
        }

        Must.Equal(matches, set.Contains(asked));
        if (!matches)
            return;

        Must.Hold(asked.StartsWith($"{pattern.Scheme}://", StringComparison.Ordinal), "the scheme is the pattern's");
        Must.Hold(Origin.TryParse(asked, out var found));
        Must.Hold(!pattern.Subdomains || (pattern.Host.StartsWith('.') && found.Host.EndsWith(pattern.Host) && found.Host.Length > pattern.Host.Length), "a name below is below");
        Must.Hold(pattern.Subdomains || found.Host.SequenceEqual(pattern.Host));
        Must.Hold(pattern.Port == OriginPattern.AnyPort || pattern.Port == found.Port);
    }

    private static void FollowRemedies(string text, string remedy)
    {
        var most = MostRemedies(text);
        for (var i = 0; i < most; i++)
        {
            if (Suggestion().Match(remedy) is not { Success: true } match)
                return;

            Must.Hold(match.Groups[1].Value != text, $"a remedy for '{text}' is something else");
            text = match.Groups[1].Value;
            if (OriginPattern.Parse(text, out _, out remedy) is not null)
                return;
        }

        throw new BrokenException($"remedies go on and on, with '{text}' at the end");
    }

    private static void CheckRequested(string requested)
    {
        foreach (var credentials in (ReadOnlySpan<bool>)[false, true])
        {
            var headers = new AllowedRequestHeaders(["X-One", "*"], credentials);
            var meter = Meter.Start();
            var isAllowed = headers.Contains(requested);
            meter.StopLinear(nameof(AllowedRequestHeaders), requested.Length);
            Must.Equal(isAllowed, headers.Contains(new StringValues(requested.Split(','))), "names in several lines");
            if (isAllowed && requested.Trim(' ', '\t', ',').Length > 0)
                Must.Hold(requested.All(c => c is > ' ' and <= '~' or ' ' or '\t'), "what is allowed is made of names");
        }
    }

    [GeneratedRegex("^use '([^*].*)'(, as browsers|, for )", RegexOptions.Singleline)]
    private static partial Regex Suggestion();
}
