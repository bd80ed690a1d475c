using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Aeronet.AspNetCore.Middleware.BadRequests;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>Reports what Kestrel refuses: writes the event, and where that is wanted or of use the answer.</summary>
internal sealed class RejectionReporter : IRefusedConnectionObserver, IBadRequestListener
{
    private const string LineFeedSwitch = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    // What Kestrel calls a connection's end that is neither the client's mistake nor one that has an event of its own.
    private static readonly Dictionary<string, string> ClientErrors = new(StringComparer.Ordinal)
    {
        ["flow_control_window_exceeded"] = "no more than the flow control window allows",
        ["frame_after_stream_close"] = "no frame on a stream that is closed",
        ["unknown_stream"] = "a frame of a stream that is open",
        ["unexpected_frame"] = "another kind of frame",
        ["invalid_stream_id"] = "a stream of an odd number, higher than before",
        ["invalid_frame_length"] = "a frame of its kind's length",
        ["max_frame_length_exceeded"] = "a frame of at most SETTINGS_MAX_FRAME_SIZE",
        ["invalid_data_padding"] = "padding shorter than its frame",
        ["invalid_request_headers"] = "fields that make a request",
        ["error_reading_headers"] = "fields that HPACK can decode",
        ["invalid_window_update_size"] = "a window of at most 2^31-1",
        ["stream_self_dependency"] = "a stream that does not depend on itself",
        ["invalid_settings"] = "settings of allowed values",
        ["missing_stream_end"] = "END_STREAM with trailers",
        ["stream_reset_limit_exceeded"] = "fewer streams that are reset",
        ["insufficient_tls_version"] = "TLS 1.2 or later",
    };

    // Among the items of connections whose refusal has been reported.
    private static readonly object ReportedKey = new();

    private readonly AeronetParserDiagnosticsOptions _options;
    private readonly RejectionFinder _finder;
    private readonly ExcerptWriter _excerpts;
    private readonly RejectionMetrics _metrics;
    private readonly RejectionRate _rate;
    private readonly ILogger _logger;
    private readonly HeadRules _rules;

    public RejectionReporter(
        IOptions<AeronetParserDiagnosticsOptions> options,
        IOptions<AeronetAccessLogOptions> accessLog,
        IOptions<KestrelServerOptions> kestrel,
        ILoggerFactory loggers,
        IMeterFactory? meters = null,
        TimeProvider? time = null)
    {
        _options = options.Value;
        _logger = loggers.CreateLogger(ParserDiagnosticsLog.Category);
        _excerpts = new ExcerptWriter(_options.ExcerptLength, _options.RedactHeaders, new QueryRedaction(accessLog.Value.RedactQuery));
        _metrics = new RejectionMetrics(meters);
        _rate = new RejectionRate(time ?? TimeProvider.System);
        _rules = RulesOf(kestrel.Value);
        _finder = new RejectionFinder(_rules, _excerpts);
    }

    public bool IsEnabled => _options.Mode != ParserDiagnosticsMode.Off;

    public long MaxHeldBytes => IsEnabled ? (long)_rules.MaxRequestLineSize + _rules.MaxFieldsSize : 0;

    /// <summary>Kestrel refuses a request of HTTP/1 and has not answered yet. On the connection's own flow.</summary>
    /// <param name="features">The connection's and the request's.</param>
    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "A mistake of ours must not keep Kestrel from answering.")]
    public void OnBadRequest(IFeatureCollection features)
    {
        // Of the base type are those that the application throws, while the body may still be read.
        if (features.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException error
            || error.GetType() == typeof(BadHttpRequestException))
        {
            return;
        }

        try
        {
            var rejection = _finder.Find(features, error);
            Report(rejection, features.Get<IConnectionItemsFeature>()?.Items);

            if (features.Get<IHeldInputFeature>() is { IsAccepted: false } held)
            {
                Answer(rejection, features, held);
            }
        }
        catch (Exception exception)
        {
            ParserDiagnosticsLog.Failed(_logger, exception);
        }
    }

    public void OnEnded(ConnectionContext connection, string reason, ReadOnlySequence<byte> bytes)
    {
        if (connection.Items.ContainsKey(ReportedKey))
        {
            return;
        }

        var rejection = new Rejection { ConnectionId = connection.ConnectionId, RemoteEndPoint = connection.RemoteEndPoint, Expected = "" };
        if (reason is "invalid_handshake" or "invalid_http_version")
        {
            var isHttp1 = reason == "invalid_http_version";
            var first = bytes.ToArray();
            var fault = PrefaceScanner.Find(first, isHttp1);
            var refused = rejection with { StatusCode = isHttp1 ? StatusCodes.Status400BadRequest : null };
            Report(first.Length > 0
                ? refused.In(first, fault, 0, _excerpts)
                : refused with { Fault = fault.Kind, Expected = fault.Expected }, connection.Items);
        }
        else if (ClientErrors.TryGetValue(reason, out var expected))
        {
            Report(rejection with { Fault = RequestFault.Http2Error, Expected = $"{expected} ({reason})" }, connection.Items);
        }
    }

    public void OnPlainHttp(ConnectionContext connection, ReadOnlySpan<byte> bytes) => Report(
        new Rejection
        {
            ConnectionId = connection.ConnectionId,
            RemoteEndPoint = connection.RemoteEndPoint,
            StatusCode = StatusCodes.Status400BadRequest,
            Expected = "",
        }.In(
            bytes,
            new HeadFault(RequestFault.PlainHttpOnTlsPort, 0, "a TLS ClientHello: this endpoint speaks HTTPS, use https://"),
            0,
            _excerpts),
        connection.Items);

    private static HeadRules RulesOf(KestrelServerOptions kestrel) => new()
    {
        MaxRequestLineSize = kestrel.Limits.MaxRequestLineSize,
        MaxFieldsSize = kestrel.Limits.MaxRequestHeadersTotalSize,
        MaxFieldCount = kestrel.Limits.MaxRequestHeaderCount,
        AllowsLineFeed = !(AppContext.TryGetSwitch(LineFeedSwitch, out var forbidden) && forbidden),
        ValuesAreUtf8 = ReferenceEquals(kestrel.RequestHeaderEncodingSelector, new KestrelServerOptions().RequestHeaderEncodingSelector),
        AllowsHostOverride = kestrel.AllowHostHeaderOverride,
    };

    private void Answer(Rejection rejection, IFeatureCollection features, IHeldInputFeature held)
    {
        if (rejection.Fault == RequestFault.TlsOnPlainPort)
        {
            held.CloseWith(RejectionAnswer.TlsAlert);
        }
        else if (_options.Mode == ParserDiagnosticsMode.LogAndBody
            && rejection is { Offset: not null, Fault: not RequestFault.Http2OnHttp1Endpoint }
            && !HttpMethods.IsHead(features.Get<IHttpRequestFeature>()?.Method ?? "")
            && features.Get<IHttpResponseFeature>() is { HasStarted: false } response)
        {
            held.CloseWith(RejectionAnswer.Response(rejection, response.Headers));
        }
    }

    /// <summary>Counts it, and writes the event: at Information once a connection and so often a minute, at Debug beyond, as Kestrel does.</summary>
    private void Report(Rejection rejection, IDictionary<object, object?>? connection)
    {
        _metrics.Refused(rejection.Fault);
        var isFirst = connection?.TryAdd(ReportedKey, ReportedKey) ?? true;
        var missed = 0;
        var level = isFirst && _rate.TryTake(out missed) ? LogLevel.Information : LogLevel.Debug;
        if (missed > 0)
        {
            ParserDiagnosticsLog.RefusalsAtDebug(_logger, missed, RejectionRate.Most);
        }

        var excerpt = LogText.OrNull(rejection.Excerpt.Text);
        var remote = LogText.OrNull(rejection.RemoteEndPoint);
        ParserDiagnosticsLog.RequestRefused(
            _logger,
            level,
            rejection.StatusCode,
            rejection.Fault,
            rejection.Offset,
            rejection.Line,
            rejection.Column,
            rejection.Expected,
            excerpt,
            rejection.ConnectionId,
            remote);
    }
}
