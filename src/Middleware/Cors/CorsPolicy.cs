using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>A policy made ready: every value that it sends is a text already.</summary>
internal sealed class CorsPolicy
{
    private static readonly StringValues True = "true";

    private readonly bool _anyOrigin;
    private readonly OriginSet _origins;
    private readonly bool _credentials;
    private readonly bool _privateNetwork;
    private readonly AllowedMethods _methods;
    private readonly AllowedRequestHeaders _requestHeaders;
    private readonly StringValues _exposedHeaders;
    private readonly StringValues _maxAge;
    private readonly StringValues _timingOrigins;

    /// <param name="name">For the log.</param>
    /// <param name="options">Valid ones.</param>
    public CorsPolicy(string name, AeronetCorsPolicyOptions options)
    {
        Name = name;
        Decision = CorsDecision.For(this);
        _anyOrigin = options.Origins.Contains(FetchNames.Any);
        _origins = new OriginSet(options.Origins.Where(origin => origin != FetchNames.Any));
        _credentials = options.Credentials;
        _privateNetwork = options.PrivateNetwork;
        _methods = new AllowedMethods(options.Methods, options.Credentials);
        _requestHeaders = new AllowedRequestHeaders(options.RequestHeaders, options.Credentials);
        _exposedHeaders = Join(options.ExposedHeaders);
        _maxAge = options.MaxAge is { } maxAge ? ((long)maxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture) : default;
        _timingOrigins = Join(options.TimingOrigins);
    }

    public string Name { get; }

    /// <summary>That it holds.</summary>
    public CorsDecision Decision { get; }

    /// <summary>Puts the policy's fields on the response to a request that is no preflight.</summary>
    public void Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        if (IsAllowed(context.Request.Headers.Origin))
        {
            AllowOrigin(context.Request.Headers.Origin, headers);
            if (_exposedHeaders.Count > 0)
            {
                headers.AccessControlExposeHeaders = _exposedHeaders;
            }
        }

        if (_timingOrigins.Count > 0)
        {
            headers[FetchNames.TimingAllowOrigin] = _timingOrigins;
        }

        // A preflight to the same address gets something else.
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            VaryField.AddPreflight(headers);
        }
        else if (!_anyOrigin)
        {
            VaryField.AddOrigin(headers);
        }
    }

    /// <summary>Answers a preflight in the response's head, for good or for bad.</summary>
    public PreflightResult ApplyPreflight(HttpRequest request, HttpResponse response)
    {
        VaryField.AddPreflight(response.Headers);
        var result = Judge(request.Headers);
        if (result == PreflightResult.Allowed)
        {
            Allow(request.Headers, response.Headers);
        }

        // What the Fetch standard encourages for a server that refuses. Browsers need a 2xx for success, old ones 200 or 204.
        response.StatusCode = result == PreflightResult.Allowed ? StatusCodes.Status204NoContent : StatusCodes.Status403Forbidden;
        return result;
    }

    private static StringValues Join(IList<string> values) =>
        values.Count == 0 ? default : string.Join(',', values.Distinct(StringComparer.OrdinalIgnoreCase));

    private PreflightResult Judge(IHeaderDictionary headers)
    {
        if (!IsAllowed(headers.Origin))
        {
            return PreflightResult.OriginNotAllowed;
        }

        if (!_privateNetwork && IsForPrivateNetwork(headers))
        {
            return PreflightResult.PrivateNetworkNotAllowed;
        }

        if (!_methods.Contains(headers.AccessControlRequestMethod))
        {
            return PreflightResult.MethodNotAllowed;
        }

        return _requestHeaders.Contains(headers.AccessControlRequestHeaders)
            ? PreflightResult.Allowed
            : PreflightResult.HeaderNotAllowed;
    }

    private void Allow(IHeaderDictionary request, IHeaderDictionary response)
    {
        AllowOrigin(request.Origin, response);
        if (IsForPrivateNetwork(request))
        {
            response[FetchNames.AllowPrivateNetwork] = True;
        }

        if (_methods.ToField(request.AccessControlRequestMethod) is { Count: > 0 } methods)
        {
            response.AccessControlAllowMethods = methods;
        }

        if (_requestHeaders.ToField(request.AccessControlRequestHeaders) is { Count: > 0 } requestHeaders)
        {
            response.AccessControlAllowHeaders = requestHeaders;
        }

        if (_maxAge.Count > 0)
        {
            response.AccessControlMaxAge = _maxAge;
        }
    }

    // Every origin is allowed by every response, whoever asked, so that a cache may hand out any of them.
    private bool IsAllowed(StringValues origin) => _anyOrigin || (origin.Count == 1 && origin[0] is { } text && _origins.Contains(text));

    private void AllowOrigin(StringValues origin, IHeaderDictionary response)
    {
        response.AccessControlAllowOrigin = _anyOrigin ? FetchNames.Any : origin;
        if (_credentials)
        {
            response.AccessControlAllowCredentials = True;
        }
    }

    private static bool IsForPrivateNetwork(IHeaderDictionary request) =>
        request[FetchNames.RequestPrivateNetwork] is { Count: 1 } value && value[0] == "true";
}
