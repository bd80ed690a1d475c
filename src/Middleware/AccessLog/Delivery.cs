using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// How much of a response was sent: what the application wrote, as far as the connection has let it out. Over a connection that serves one
/// request at a time that is known to the byte; where streams share one, no stream can have sent more than all.
/// </summary>
internal struct Delivery
{
    // The last chunk, and the least that frames one before it (RFC 9112, section 7.1).
    private const int LastChunk = 5;
    private const int LeastFrame = 5;

    private readonly HttpContext _context;
    private readonly long _written;
    private readonly bool _isPromiseKept;

    /// <param name="context">The request.</param>
    /// <param name="written">Bytes that the application wrote into the body.</param>
    /// <param name="isBrokenOff">Whether the application had begun the response and then ended by an exception: the server breaks it off.</param>
    public Delivery(HttpContext context, long written, bool isBrokenOff)
    {
        _context = context;
        var response = context.Response;
        var hasBody = !HttpMethods.IsHead(context.Request.Method) && response.StatusCode is >= 200 and not (
            StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified);
        _written = hasBody ? written : 0;

        _isPromiseKept = !isBrokenOff && !(hasBody && response.ContentLength > _written);
        Bytes = _written;
        IsCompleted = _isPromiseKept;
    }

    public long Bytes { get; private set; }

    public bool IsCompleted { get; private set; }

    /// <summary>The request was given up.</summary>
    /// <param name="most">What the connection has taken since the request began, of all its streams, if that is known.</param>
    public void GiveUp(long most)
    {
        Bytes = Math.Clamp(most, 0, _written);
        IsCompleted = false;
    }

    /// <summary>The connection has ended, which served nothing else since the request began.</summary>
    /// <param name="left">Bytes sent on it since the response began, its head among them.</param>
    public void EndWithConnection(long left)
    {
        var response = _context.Response;
        var head = HeadLength(response);
        var framing = response.Headers.TransferEncoding.Count == 0 ? 0 : LastChunk + (_written > 0 ? LeastFrame : 0);
        Bytes = Math.Clamp(left - head, 0, _written);
        IsCompleted = _isPromiseKept && response.HasStarted && left >= head + _written + framing;
    }

    // As Kestrel writes it: "HTTP/1.1 200 OK", each field after a line end, and the empty line.
    private static long HeadLength(HttpResponse response)
    {
        var reason = response.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseFeature>()?.ReasonPhrase
            ?? ReasonPhrases.GetReasonPhrase(response.StatusCode);
        long length = "HTTP/1.1 200 ".Length + reason.Length + "\r\n\r\n".Length;
        foreach (var (name, values) in response.Headers)
        {
            foreach (var value in values)
            {
                length += "\r\n".Length + name.Length + ": ".Length + (value?.Length ?? 0);
            }
        }

        return length;
    }
}
