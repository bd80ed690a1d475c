using System.Net;
using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Aeronet.AspNetCore.Middleware.Cors;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http.Features;

namespace HotPaths;

/// <summary>What the middleware does for each request.</summary>
public class MiddlewareRequests
{
    private readonly LineWriter _line = new();
    private readonly AccessLogEntry _entry = new(null!, servesMany: false);
    private readonly AccessLogFormat _combined = AccessLogFormat.TryCompile("Combined", new AccessLogFields(new AeronetAccessLogOptions(), TimeProvider.System), out _)!;
    private readonly AccessLogFormat _json = AccessLogFormat.TryCompile("Json", new AccessLogFields(new AeronetAccessLogOptions(), TimeProvider.System), out _)!;
    private readonly CorsPolicy _exact = new("exact", new AeronetCorsPolicyOptions { Origins = ["https://app.example.com", "https://www.example.com"], Credentials = true });
    private readonly CorsPolicy _pattern = new("pattern", new AeronetCorsPolicyOptions { Origins = ["https://*.example.com"] });
    private readonly DefaultHttpContext _context = new();

    /// <summary>A request of a browser.</summary>
    public MiddlewareRequests()
    {
        var request = _context.Request;
        request.Method = "GET";
        request.Scheme = "https";
        request.Protocol = "HTTP/1.1";
        request.Path = "/api/orders/12345";
        request.QueryString = new QueryString("?page=2&sort=name");
        request.Headers.Host = "www.example.com";
        request.Headers.Origin = "https://app.example.com";
        request.Headers.Referer = "https://app.example.com/orders";
        request.Headers.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
        _context.Connection.RemoteIpAddress = IPAddress.Loopback;
        _context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/api/orders/12345?page=2&sort=name";
        _entry.Refuse(_context, StatusCodes.Status200OK);
    }

    /// <summary>A line in the combined format.</summary>
    [Benchmark(Description = "access log line, Combined")]
    public int CombinedLine() => Write(_combined);

    /// <summary>A line in JSON.</summary>
    [Benchmark(Description = "access log line, Json")]
    public int JsonLine() => Write(_json);

    /// <summary>CORS by one of two origins.</summary>
    [Benchmark(Description = "CORS, an origin by name")]
    public int ExactOrigin() => Apply(_exact);

    /// <summary>CORS by a pattern.</summary>
    [Benchmark(Description = "CORS, an origin by pattern")]
    public int OriginPattern() => Apply(_pattern);

    private int Write(AccessLogFormat format)
    {
        _line.Clear();
        format.Write(_line, _entry);
        return _line.Written.Length;
    }

    private int Apply(CorsPolicy policy)
    {
        _context.Response.Headers.Clear();
        policy.Apply(_context);
        return _context.Response.Headers.Count;
    }
}
