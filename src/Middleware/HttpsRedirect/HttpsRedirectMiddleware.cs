using System.Globalization;
using Aeronet.AspNetCore.Middleware.Hosts;
using Aeronet.AspNetCore.Middleware.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.HttpsRedirect;

/// <summary>Sends clients from http to https; https requests pass.</summary>
internal sealed class HttpsRedirectMiddleware(
    RequestDelegate next, AeronetHttpsRedirectOptions options, HttpsPorts ports, HostAllowList allowedHosts, ILogger logger)
{
    private const string AcmeChallenge = "/.well-known/acme-challenge/";
    private const int DefaultHttpPort = 80;
    private const int DefaultHttpsPort = 443;

    private readonly StrictTransportSecurity? _hsts = StrictTransportSecurity.Create(options.Hsts);
    private readonly string? _fixedHost = options.Host;
    private readonly int _statusCode = options.StatusCode;
    private readonly bool _allowAcmeChallenge = options.AllowAcmeChallenge;

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.IsHttps)
        {
            _hsts?.Apply(context);
            return next(context);
        }

        if (_allowAcmeChallenge && IsAcmeChallenge(context))
        {
            return next(context);
        }

        // Not request.Host, which makes new strings of some. Two fields become one text with a comma, which no host has.
        var hostText = context.Request.Headers.Host.ToString();
        var hasHost = HostField.TryParse(hostText, out var host);
        if (!ports.TryGet(host.Port ?? DefaultHttpPort, out var httpsPort))
        {
            return next(context);
        }

        if (!hasHost && (hostText.Length > 0 || _fixedHost is null))
        {
            return RefuseAsync(context, hostText.Length > 0 ? "The Host field is malformed." : "The Host field is missing.");
        }

        if (_fixedHost is null && !allowedHosts.Contains(host))
        {
            return RefuseAsync(context, "The Host field names a host that is not served here.");
        }

        if (!RequestTarget.TryGetPathAndQuery(context, out var pathAndQuery))
        {
            return RefuseAsync(context, "The request target has no path.");
        }

        Redirect(context.Response, _fixedHost ?? host.Host, httpsPort, pathAndQuery);
        return Task.CompletedTask;
    }

    // The path has no dot segments any more, so that nothing else is reached by it.
    private static bool IsAcmeChallenge(HttpContext context)
    {
        // The error page of one has a path of its own.
        var request = context.Request;
        var path = Reexecution.TryGetFirst(context, out var first, out _) ? first : request.Path;
        return !request.PathBase.HasValue
            && path.Value?.StartsWith(AcmeChallenge, StringComparison.Ordinal) == true
            && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));
    }

    private void Redirect(HttpResponse response, ReadOnlySpan<char> host, int port, string pathAndQuery)
    {
        var location = port == DefaultHttpsPort
            ? string.Concat("https://", host, pathAndQuery)
            : string.Create(CultureInfo.InvariantCulture, $"https://{host}:{port}{pathAndQuery}");
        response.StatusCode = _statusCode;
        response.Headers.Location = location;
        HttpsRedirectLog.Redirecting(logger, location);
    }

    private Task RefuseAsync(HttpContext context, string reason)
    {
        HttpsRedirectLog.Refused(logger, reason);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = reason.Length;
        return context.Response.WriteAsync(reason);
    }
}
