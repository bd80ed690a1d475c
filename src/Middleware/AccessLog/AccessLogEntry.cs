using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// What is known of a request from its beginning to its line. Serves the requests of one connection or stream, one after the other, and
/// no others: user code can hold what hangs on it.
/// </summary>
/// <param name="log">The log that lines are for.</param>
/// <param name="servesMany">Whether it is kept for the next request.</param>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The stream has nothing of its own.")]
internal sealed class AccessLogEntry(AccessLogWriter log, bool servesMany)
{
    /// <summary>Stands for an application that threw before it returned a task.</summary>
    public static readonly Task Thrown = Task.FromCanceled(new CancellationToken(canceled: true));

    private static readonly double MicrosecondsPerTick = 1_000_000.0 / Stopwatch.Frequency;

    // What the wrappers were last around. The server's own is the same for each request; what somebody else makes for each (compression)
    // must not live on through these, nor what an application kept of its wrapper become the next one's.
    private readonly WeakReference<object?>? _lastBody = servesMany ? new(null) : null;
    private readonly WeakReference<object?>? _lastRequest = servesMany ? new(null) : null;

    private CountingBody? _body;
    private CountingBody? _inUse;
    private CountingRequestStream? _request;
    private ISendProgressFeature? _progress;
    private bool _isExact;
    private long _start;
    private long _writtenBefore;
    private long _interim;
    private bool _isApplicationsResponse;

    /// <summary>The log that the line is for.</summary>
    public AccessLogWriter Log => log;

    /// <summary>The request.</summary>
    public HttpContext Context { get; private set; } = null!;

    /// <summary>The application at work, once it has returned; null until then.</summary>
    public Task? Application { get; set; }

    /// <summary>Bytes of the response's body that were sent, before transfer coding, once the request has ended.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the whole response was sent, once the request has ended.</summary>
    public bool IsCompleted { get; private set; }

    /// <summary>Bytes of the request's body that the application has read, if they are counted.</summary>
    public long RequestBytes { get; private set; }

    /// <summary>The status of the response, once the request has ended.</summary>
    public int StatusCode { get; private set; }

    /// <summary>How long it took, in microseconds, once it has ended.</summary>
    public long Microseconds { get; private set; }

    /// <summary>Whether no request has begun that has not ended.</summary>
    public bool IsFree => _inUse is null;

    /// <param name="context">The request.</param>
    /// <param name="body">The response's body.</param>
    /// <param name="countsRequest">Whether the request's body is to be counted too.</param>
    public void Begin(HttpContext context, IHttpResponseBodyFeature body, bool countsRequest)
    {
        if (countsRequest && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false }
            && context.Features.Get<IHttpRequestFeature>() is { } request)
        {
            if (!IsSame(_lastRequest, request.Body) || _request is null)
            {
                _request = new CountingRequestStream();
            }

            _request.Attach(request.Body);
            request.Body = _request;
        }

        Context = context;
        _start = Stopwatch.GetTimestamp();

        // Of the connection, as the entry is. One that serves one request at a time knows all that flushes would tell.
        _progress ??= context.Features.Get<ISendProgressFeature>();
        _writtenBefore = _progress?.BytesWritten ?? 0;
        _interim = 0;
        _isApplicationsResponse = false;
        _isExact = _progress is not null && (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol));

        // Whoever looks for the transport's zero copy must still find it.
        if (!IsSame(_lastBody, body) || _body is null)
        {
            _body = body is IHttpFileRegionFeature ? new CountingRegionBody() : new CountingBody();
        }

        _inUse = _body;
        _inUse.Attach(body, !_isExact, _isExact ? default : context.RequestAborted);
        context.Features.Set<IHttpResponseBodyFeature>(_inUse);
    }

    /// <summary>
    /// The response is about to begin. One that begins after the application has failed is somebody else's, such as the exception handler's,
    /// and may be whole. What has been written before it is interim (100 Continue).
    /// </summary>
    public void OnResponseStarting()
    {
        _isApplicationsResponse = Application is not { IsCompleted: true };
        _interim = _progress is { } progress ? progress.BytesWritten - _writtenBefore : 0;
    }

    public void End()
    {
        Microseconds = (long)((Stopwatch.GetTimestamp() - _start) * MicrosecondsPerTick);
        var failed = Application is null or { IsFaulted: true } or { IsCanceled: true };
        var delivery = new Delivery(Context, _inUse!.Count, failed && _isApplicationsResponse);
        if (_isExact)
        {
            if (_progress!.HasEnded)
            {
                delivery.EndWithConnection(_progress.BytesSent - _writtenBefore - _interim);
            }
        }
        else
        {
            var most = _progress is { } shared ? (shared.HasEnded ? shared.BytesSent : shared.BytesWritten) - _writtenBefore : long.MaxValue;
            if (_inUse.IsGone || IsAbortedInChunks() || most < _inUse.Settled - log.ServerBuffer || (most < delivery.Bytes && _progress!.HasEnded))
            {
                delivery.GiveUp(most);
            }
        }

        (Bytes, IsCompleted, StatusCode) = (delivery.Bytes, delivery.IsCompleted, Context.Response.StatusCode);
        RequestBytes = _request?.Count ?? 0;
    }

    /// <summary>A request that the server refuses: it has no beginning and no body, and its answer is still to be made.</summary>
    public void Refuse(HttpContext context, int statusCode) =>
        (Context, StatusCode, Bytes, IsCompleted, Microseconds) = (context, statusCode, 0, true, 0);

    /// <summary>Lets go of the request.</summary>
    public void Clear()
    {
        _inUse?.Detach(Context);
        if (_request?.Detach() is { } body && Context.Features.Get<IHttpRequestFeature>() is { } request && request.Body == _request)
        {
            request.Body = body;
        }

        _inUse = null;
        Application = null;
        Context = null!;
    }

    private static bool IsSame(WeakReference<object?>? last, object now)
    {
        if (last is null || (last.TryGetTarget(out var known) && ReferenceEquals(known, now)))
        {
            return last is not null;
        }

        last.SetTarget(now);
        return false;
    }

    // With its length written a response is whole, and the client may be gone a moment later.
    private bool IsAbortedInChunks() =>
        Context.Response is { ContentLength: null } && !HttpMethods.IsHead(Context.Request.Method) && Context.RequestAborted.IsCancellationRequested;
}
