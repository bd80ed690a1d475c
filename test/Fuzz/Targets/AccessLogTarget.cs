using System.Text;
using System.Text.Json;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// Templates of the access log, and lines of hostile requests. A template is compiled or has a remedy; a line is one line; its quotes are those
/// of the template; JSON is an object whose values are what was sent; the value of a secret query key is nowhere.
/// </summary>
internal sealed class AccessLogTarget : IFuzzTarget
{
    private const string Secret = "Zq9Zq9Zq9";

    private static readonly AeronetAccessLogOptions s_options = new() { KnownProxies = ["10.0.0.0/8"], RedactQuery = ["token", "a b"] };

    private static readonly AccessLogFormat s_json = AccessLogFormat.TryCompile("Json", Fields(), out _)!;
    private static readonly AccessLogFormat s_combined = AccessLogFormat.TryCompile("Combined", Fields(), out _)!;

    public string Name => "access-log";

    public IEnumerable<byte[]> Seeds =>
    [
        "{remote} {{literal}} \"{user_agent}\" {header:X-Y} {query}\nGET\n/a?token=x&b=%41\nexample.com\ncurl/8\nhttp://u:p@r/?token=1"u8.ToArray(),
        "{time} {time_common} {tls.sni} {path} {status} {duration_ms}\nPOST\nhttp://u:p@h/x?%74oken=1;a+b=2#f\n\nagent \"q\" \\ \t\n\n"u8.ToArray(),
        "\"{referer}\" {nothing}\nX\n*\n\n\n/relative?token"u8.ToArray(),
        "{\n\n\n\n\n"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        var template = Encoding.UTF8.GetString(fields.Line());
        var context = Request(ref fields);
        var entry = new AccessLogEntry(null!, servesMany: false);
        entry.Refuse(context, 200);

        var meter = Meter.Start();
        var format = AccessLogFormat.TryCompile(template, Fields(), out var error);
        meter.StopLinear(nameof(AccessLogFormat), template.Length, bytes: 400);
        Must.Equal(format is null, error.Length > 0, "whether there is a remedy");
        if (format is not null)
            MustBeOneLine(Write(format, entry, input.Length), template);

        var combined = Encoding.ASCII.GetString(Write(s_combined, entry, input.Length));
        Must.Equal(6, combined.Count(c => c == '"'), "how many quotes a line has");
        MustBeOneLine(Encoding.ASCII.GetBytes(combined), "");
        CheckJson(Write(s_json, entry, input.Length), context);
        CheckSecret(entry, context);
    }

    private static AccessLogFields Fields() => new(s_options, TimeProvider.System);

    private static DefaultHttpContext Request(ref Fields fields)
    {
        var context = new DefaultHttpContext();
        var request = context.Features.Get<IHttpRequestFeature>()!;
        request.Method = fields.Text();
        request.RawTarget = fields.Text();
        request.Protocol = "HTTP/1.1";
        context.Request.Headers.Host = fields.Header();
        context.Request.Headers.UserAgent = fields.Header();
        context.Request.Headers.Referer = fields.Header();
        context.Request.Headers["X-Y"] = fields.Header();
        context.Request.QueryString = request.RawTarget.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? new QueryString(request.RawTarget[query..]) : default;
        context.Request.Path = Encoding.UTF8.GetString(fields.Rest) is { Length: > 0 } path ? new PathString("/" + path) : default;
        return context;
    }

    private static byte[] Write(AccessLogFormat format, AccessLogEntry entry, int length)
    {
        var line = new LineWriter();
        var meter = Meter.Start();
        format.Write(line, entry);

        // A template may have a long value more than once.
        meter.StopLinear(nameof(LineWriter), length * 2, steps: 400, bytes: 4000);
        return line.Written.ToArray();
    }

    private static void MustBeOneLine(ReadOnlySpan<byte> line, string template)
    {
        Must.Equal(line.Length - 1, line.IndexOf((byte)'\n'), "where the line ends");
        foreach (var value in line[..^1])
            Must.Hold(value is >= 0x20 and not 0x7f || (value == '\t' && template.Contains('\t')), "a line has no control characters");
    }

    private static void CheckJson(byte[] line, DefaultHttpContext context)
    {
        MustBeOneLine(line, "");
        using var json = JsonDocument.Parse(line);
        var names = json.RootElement.EnumerateObject().Select(property => property.Name).ToList();
        Must.Equal(names.Count, names.Distinct().Count(), "how many names there are");
        MustBe(context.Request.Method, "method");
        MustBe(context.Request.Headers.Host.ToString(), "host");
        MustBe(context.Request.Headers.UserAgent.ToString(), "user_agent");

        void MustBe(string sent, string name) => Must.Equal(sent.Length == 0 ? null : sent, json.RootElement.GetProperty(name).GetString(), name);
    }

    private static void CheckSecret(AccessLogEntry entry, DefaultHttpContext context)
    {
        var request = context.Features.Get<IHttpRequestFeature>()!;
        if (request.RawTarget.Contains('#', StringComparison.Ordinal))
            return;

        var isThere = request.RawTarget.Contains('?', StringComparison.Ordinal);
        request.RawTarget += $"{(isThere ? '&' : '?')}to%6ben={Secret}";
        context.Request.Headers.Referer = request.RawTarget;
        var line = Encoding.ASCII.GetString(Write(s_combined, entry, request.RawTarget.Length + 100));
        Must.Hold(!line.Contains(Secret, StringComparison.Ordinal), "a secret is left out");
    }
}
