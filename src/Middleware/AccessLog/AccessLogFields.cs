using System.Collections.Frozen;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>The fields of templates, by name, each made into what writes it.</summary>
internal sealed class AccessLogFields(AeronetAccessLogOptions options, TimeProvider time)
{
    private const string RequestHeaderPrefix = "header:";
    private const string ResponseHeaderPrefix = "response_header:";

    private static readonly FrozenDictionary<string, FieldWriter> Simple = new Dictionary<string, FieldWriter>(TlsFields.All)
    {
        ["remote_port"] = static (line, entry, style) => line.Number(entry.Context.Connection.RemotePort),
        ["connection"] = static (line, entry, style) => line.Text(entry.Context.Connection.Id, style),
        ["request_id"] = static (line, entry, style) => line.Text(entry.Context.TraceIdentifier, style),
        ["trace_id"] = static (line, entry, style) => line.Text(Activity.Current?.TraceId.ToHexString(), style),
        ["user"] = static (line, entry, style) => line.Text(User(entry.Context), style),
        ["method"] = static (line, entry, style) => line.Text(entry.Context.Request.Method, style),
        ["scheme"] = static (line, entry, style) => line.Text(entry.Context.Request.Scheme, style),
        ["host"] = static (line, entry, style) => line.Text(entry.Context.Request.Headers.Host.ToString(), style),
        ["protocol"] = static (line, entry, style) => line.Text(entry.Context.Request.Protocol, style),
        ["status"] = static (line, entry, style) => line.Number(entry.StatusCode),
        ["completed"] = static (line, entry, style) => line.Truth(entry.IsCompleted, style),
        ["bytes"] = static (line, entry, style) => line.Number(entry.Bytes),
        ["duration_ms"] = static (line, entry, style) => line.Thousandths(entry.Microseconds),
        ["duration_us"] = static (line, entry, style) => line.Number(entry.Microseconds),
        ["user_agent"] = static (line, entry, style) => line.Text(entry.Context.Request.Headers.UserAgent.ToString(), style),
        ["route"] = static (line, entry, style) => line.Text(Route(entry.Context), style),
        ["path"] = WritePath,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly ClientAddress _client = new(options.KnownProxies, options.ForwardedHeader);
    private readonly QueryRedaction _redaction = new(options.RedactQuery);
    private readonly AccessLogClock _clock = new(time);
    private readonly FrozenSet<string> _redactedHeaders = options.RedactHeaders.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What there is, for messages.</summary>
    public static string Names { get; } = string.Join(
        ", ", Simple.Keys.Concat(["remote", "time", "time_common", "query", "target", "referer", "request_bytes"]).Order(StringComparer.Ordinal))
        + ", header:NAME, response_header:NAME";

    /// <summary>Whether the bytes of requests have been asked for.</summary>
    public bool CountsRequests { get; private set; }

    /// <summary>What writes a field; null if there is none of that name.</summary>
    public FieldWriter? Find(string name) => name switch
    {
        "remote" => WriteRemote,
        "request_bytes" => CountRequests(),
        "time" => (line, _, style) => _clock.WriteIso(line, style),
        "time_common" => (line, _, _) => _clock.WriteCommon(line),
        "query" => WriteQuery,
        "target" => WriteTarget,
        "referer" => WriteReferer,
        _ when Header(name, RequestHeaderPrefix) is { } header => RequestHeader(header),
        _ when Header(name, ResponseHeaderPrefix) is { } header => ResponseHeader(header),
        _ => Simple.GetValueOrDefault(name),
    };

    /// <summary>The client's address.</summary>
    public IPAddress? Remote(HttpContext context) => _client.Find(context);

    private FieldWriter CountRequests()
    {
        CountsRequests = true;
        return static (line, entry, _) => line.Number(entry.RequestBytes);
    }

    private static string? Header(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && Cors.FetchNames.IsToken(name.AsSpan(prefix.Length)) ? name[prefix.Length..] : null;

    private static string? Route(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? context.GetEndpoint()?.DisplayName;

    // Not HttpContext.User, which makes somebody up if nobody is there.
    private static string? User(HttpContext context) => context.Features.Get<IHttpAuthenticationFeature>()?.User?.Identity?.Name;

    private static void WritePath(LineWriter line, AccessLogEntry entry, ValueStyle style)
    {
        var request = entry.Context.Request;
        if (!request.PathBase.HasValue && !request.Path.HasValue)
        {
            line.Missing(style);
            return;
        }

        line.Quote(style);
        line.Part(request.PathBase.Value, style);
        line.Part(request.Path.Value, style);
        line.Quote(style);
    }

    private void WriteRemote(LineWriter line, AccessLogEntry entry, ValueStyle style)
    {
        switch (_client.Find(entry.Context))
        {
            case null:
                line.Missing(style);
                break;
            case { IsIPv4MappedToIPv6: true } mapped:
                line.Formatted(mapped.MapToIPv4(), style);
                break;
            case var address:
                line.Formatted(address, style);
                break;
        }
    }

    private void WriteQuery(LineWriter line, AccessLogEntry entry, ValueStyle style)
    {
        if (entry.Context.Request.QueryString.Value is not { Length: > 0 } query)
        {
            line.Missing(style);
            return;
        }

        line.Quote(style);
        _redaction.WriteQuery(query, line, style);
        line.Quote(style);
    }

    // As it was sent, where the server shows that.
    private void WriteTarget(LineWriter line, AccessLogEntry entry, ValueStyle style)
    {
        var request = entry.Context.Request;
        if (entry.Context.Features.Get<IHttpRequestFeature>() is not { } known || (string.IsNullOrEmpty(known.RawTarget) && string.IsNullOrEmpty(known.Path)
            && string.IsNullOrEmpty(known.PathBase)))
        {
            // Refused before there was one.
            line.Missing(style);
            return;
        }

        line.Quote(style);
        if (entry.Context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw)
        {
            _redaction.WriteUrl(raw, line, style);
        }
        else
        {
            line.Part(request.PathBase.ToUriComponent(), style);
            line.Part(request.Path.ToUriComponent(), style);
            _redaction.WriteQuery(request.QueryString.Value, line, style);
        }

        line.Quote(style);
    }

    private void WriteReferer(LineWriter line, AccessLogEntry entry, ValueStyle style)
    {
        if (entry.Context.Request.Headers.Referer.ToString() is not { Length: > 0 } referer)
        {
            line.Missing(style);
            return;
        }

        line.Quote(style);
        _redaction.WriteUrl(referer, line, style);
        line.Quote(style);
    }

    private FieldWriter RequestHeader(string name)
    {
        if (name.Equals("Referer", StringComparison.OrdinalIgnoreCase))
        {
            return WriteReferer;
        }

        var redacted = _redactedHeaders.Contains(name);
        return (line, entry, style) => WriteHeader(entry.Context.Request.Headers[name], redacted, line, style);
    }

    private FieldWriter ResponseHeader(string name)
    {
        var redacted = _redactedHeaders.Contains(name);
        return (line, entry, style) => WriteHeader(entry.Context.Response.Headers[name], redacted, line, style);
    }

    private static void WriteHeader(StringValues value, bool redacted, LineWriter line, ValueStyle style) =>
        line.Text(redacted && value.Count > 0 ? QueryRedaction.Redacted : value.ToString(), style);
}
