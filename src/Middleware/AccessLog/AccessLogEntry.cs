using System.Diagnostics;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>What is known of a request from its beginning to its line. Used again for another one after that.</summary>
internal sealed class AccessLogEntry(AccessLogWriter log)
{
    private static readonly double MicrosecondsPerTick = 1_000_000.0 / Stopwatch.Frequency;

    private CountingBody? _body;
    private CountingRegionBody? _regionBody;
    private CountingBody? _inUse;
    private long _start;

    /// <summary>The log that the line is for.</summary>
    public AccessLogWriter Log => log;

    /// <summary>The request.</summary>
    public HttpContext Context { get; private set; } = null!;

    /// <summary>Bytes of the response's body, before transfer coding.</summary>
    public long Bytes => _inUse?.Count ?? 0;

    /// <summary>How long it took, in microseconds, once it has ended.</summary>
    public long Microseconds { get; private set; }

    public void Begin(HttpContext context, IHttpResponseBodyFeature body)
    {
        Context = context;
        _start = Stopwatch.GetTimestamp();

        // Whoever looks for the transport's zero copy must still find it.
        _inUse = body is IHttpFileRegionFeature ? _regionBody ??= new CountingRegionBody() : _body ??= new CountingBody();
        _inUse.Attach(body);
        context.Features.Set<IHttpResponseBodyFeature>(_inUse);
    }

    public void End() => Microseconds = (long)((Stopwatch.GetTimestamp() - _start) * MicrosecondsPerTick);

    /// <summary>Lets go of the request.</summary>
    public void Clear()
    {
        _inUse?.Detach(Context);
        _inUse = null;
        Context = null!;
    }
}
