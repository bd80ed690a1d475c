using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Aeronet.AspNetCore.Transport.Tls.Tickets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>
/// Kestrel's TLS instruments, by its names and tags: its own stay silent because its HTTPS middleware passes our connections
/// through, and dashboards should not. And the transport's own: handshakes by outcome, sessions that broke, kernel TLS.
/// </summary>
internal sealed class TlsMetrics
{
    private const string KestrelMeter = "Microsoft.AspNetCore.Server.Kestrel";
    private const string ErrorType = "error.type";
    private const string Resumed = "tls.resumed";
    private const string ProtocolVersion = "tls.protocol.version";
    private const string ServedHost = "aeronet.tls.host";

    /// <summary>The endpoint's own policy as a value of <c>aeronet.tls.host</c>; no host can be called so.</summary>
    private const string OwnPolicy = "*";

    private static readonly KeyValuePair<string, object?>[] s_fallbackReasons = TransportMetrics.Tags<KtlsFallback>("aeronet.fallback.reason");
    private static readonly KeyValuePair<string, object?> s_full = new(Resumed, false);
    private static readonly KeyValuePair<string, object?> s_resumed = new(Resumed, true);

    private static readonly KeyValuePair<string, object?>[] s_declines = TransportMetrics.Tags<TicketDecline>("aeronet.ticket.reason");

    // From a browser's next connection to a visitor of last week: tickets live a day unless told otherwise, and seven at most.
    private static readonly InstrumentAdvice<double> s_ticketAges = new() { HistogramBucketBoundaries = [1, 10, 60, 300, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800] };

    private static readonly KeyValuePair<string, object?> s_sent = new("aeronet.staple.sent", true);
    private static readonly KeyValuePair<string, object?> s_missing = new("aeronet.staple.sent", false);

    // Minutes where somebody's responder is fast, days for those of public authorities.
    private static readonly InstrumentAdvice<double> s_stapleAges = new() { HistogramBucketBoundaries = [60, 600, 3600, 21_600, 43_200, 86_400, 172_800, 259_200, 345_600, 432_000, 604_800, 864_000] };

    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _handshakes;
    private readonly Counter<long> _tickets;
    private readonly Counter<long> _declined;
    private readonly Histogram<double> _ticketAge;
    private readonly Counter<long> _staples;
    private readonly Histogram<double> _stapleAge;
    private readonly Counter<long> _broken;
    private readonly Counter<long> _kernel;
    private readonly Counter<long> _fallbacks;

    public TlsMetrics(IMeterFactory meters)
    {
        var kestrel = meters.Create(KestrelMeter);
        _duration = kestrel.CreateHistogram<double>("kestrel.tls_handshake.duration", "s", "The duration of TLS handshakes on the server.");
        _active = kestrel.CreateUpDownCounter<long>("kestrel.active_tls_handshakes", "{handshake}", "Number of TLS handshakes that are currently in progress on the server.");
        var own = meters.Create(TransportMetrics.MeterName);
        _handshakes = own.CreateCounter<long>("aeronet.tls.handshakes", "{handshake}", "TLS handshakes ended: full or resumed, or why they failed.");
        _tickets = own.CreateCounter<long>("aeronet.tls.tickets", "{ticket}", "Session tickets that clients came back with, by which key they were under.");
        _declined = own.CreateCounter<long>("aeronet.tls.ticket.declined", "{ticket}", "Session tickets that clients came back with and that were not used, by reason.");
        _ticketAge = own.CreateHistogram("aeronet.tls.ticket.age", "s", "How old the session tickets are by which sessions are resumed.", advice: s_ticketAges);
        _staples = own.CreateCounter<long>("aeronet.tls.staples", "{handshake}", "Full handshakes of clients that asked for the OCSP response for a certificate that is stapled, by whether they got it.");
        _stapleAge = own.CreateHistogram("aeronet.tls.staple.age", "s", "How old the OCSP responses are that handshakes carry.", advice: s_stapleAges);
        _broken = own.CreateCounter<long>("aeronet.tls.broken", "{connection}", "TLS connections that ended otherwise than by close_notify or reset after their handshake, by reason.");
        _kernel = own.CreateCounter<long>("aeronet.tls.connections", "{connection}", "TLS connections established, by whether the kernel encrypts and decrypts.");
        _fallbacks = own.CreateCounter<long>("aeronet.ktls.fallbacks", "{connection}", "TLS connections that might have been encrypted by the kernel and are not, by reason.");
    }

    internal void FellBack(KtlsFallback reason, TlsHost host) =>
        _fallbacks.TryAdd(s_fallbackReasons[(int)reason], TagOf(host.ServerName));

    internal StartedHandshake HandshakeStarted(ConnectionContext connection)
    {
        var measurement = new StartedHandshake
        {
            Started = Stopwatch.GetTimestamp(),
            IsActive = _active.Enabled,
            Tags = _active.Enabled || _duration.Enabled ? TagsOf(connection.LocalEndPoint) : default,
        };
        if (measurement.IsActive)
        {
            _active.TryAdd(1, measurement.Tags);
        }

        return measurement;
    }

    internal void HandshakeStopped(ConnectionContext connection, in TlsOutcome outcome, in StartedHandshake measurement)
    {
        if (measurement.IsActive)
        {
            _active.TryAdd(-1, measurement.Tags);
        }

        // What Kestrel records of the connection itself.
        connection.Features.Get<IConnectionMetricsTagsFeature>()?.Tags.Add(
            outcome.Failure is null ? new(ProtocolVersion, VersionOf(outcome.Agreement)) : new(ErrorType, "tls_handshake_failed"));
        if (outcome.Ticket.Key != TicketUse.None)
        {
            RecordTicket(outcome);
        }

        if (outcome.Failure is null)
        {
            var host = TagOf(outcome.Host!.ServerName);
            _handshakes.TryAdd(outcome.Agreement.Resumed ? s_resumed : s_full, host);
            if (outcome.Staple != StapleUse.NotAsked)
            {
                RecordStaple(outcome, host);
            }

            if (_kernel.Enabled)
            {
                _kernel.TryAdd(new("aeronet.ktls.send", outcome.SendsByKernel), new("aeronet.ktls.receive", outcome.ReceivesByKernel), host);
            }
        }
        else if (outcome.Host is { } host)
        {
            _handshakes.TryAdd(TagOf(outcome.FailureKind), TagOf(host.ServerName));
        }
        else
        {
            // It ended before the client had said whom it wants, or the host it wants is none.
            _handshakes.TryAdd(TagOf(outcome.FailureKind));
        }

        if (_duration.Enabled)
        {
            RecordDuration(outcome, measurement);
        }
    }

    /// <summary>An established session broke, or the peer cut it off.</summary>
    /// <param name="failure">How.</param>
    /// <param name="servedHost">The name of the host whose policy held; null for the endpoint's own.</param>
    internal void SessionBroke(TlsFailure failure, string? servedHost) => _broken.TryAdd(TagOf(failure), TagOf(servedHost));

    private void RecordTicket(in TlsOutcome outcome)
    {
        var ticket = outcome.Ticket;
        _tickets.TryAdd(new KeyValuePair<string, object?>("aeronet.ticket.key", TicketUses.NameOf(ticket.Key)));
        var host = TagOf(outcome.Host?.ServerName);
        var isComplete = outcome.Agreement.Version != 0;
        if (ticket.Declined != TicketDecline.None || (isComplete && !outcome.Agreement.Resumed))
        {
            _declined.TryAdd(s_declines[(int)(ticket.Declined == TicketDecline.None ? TicketDecline.Incompatible : ticket.Declined)], host);
        }
        else if (isComplete && _ticketAge.Enabled)
        {
            _ticketAge.TryRecord(ticket.Age.TotalSeconds, new TagList { host });
        }
    }

    private void RecordStaple(in TlsOutcome outcome, KeyValuePair<string, object?> host)
    {
        var isSent = outcome.Staple == StapleUse.Sent;
        _staples.TryAdd(isSent ? s_sent : s_missing, host);
        if (isSent && _stapleAge.Enabled)
        {
            _stapleAge.TryRecord(outcome.StapleAge.TotalSeconds, new TagList { host });
        }
    }

    private void RecordDuration(in TlsOutcome outcome, in StartedHandshake measurement)
    {
        var tags = measurement.Tags;
        if (outcome.Failure is not null)
        {
            // Kestrel names the exception that its own stream would have thrown.
            tags.Add(ErrorType, TlsFailures.KestrelsException(outcome.FailureKind).FullName);
        }
        else
        {
            // Kestrel has the version alone; the others are of OpenTelemetry's registry (tls.*).
            var agreement = outcome.Agreement;
            tags.Add(ProtocolVersion, VersionOf(agreement));
            tags.Add("tls.cipher", agreement.CipherSuite.ToString());
            tags.Add(agreement.Resumed ? s_resumed : s_full);
            if (KeyExchangeGroups.NameOf(agreement.Group) is { } group)
            {
                tags.Add("tls.curve", group);
            }

            if (NextProtocolOf(agreement) is { } protocol)
            {
                tags.Add("tls.next_protocol", protocol);
            }
        }

        _duration.TryRecord(Stopwatch.GetElapsedTime(measurement.Started).TotalSeconds, tags);
    }

    private static KeyValuePair<string, object?> TagOf(TlsFailure failure) => new(ErrorType, TlsFailures.NameOf(failure));

    private static KeyValuePair<string, object?> TagOf(string? servedHost) => new(ServedHost, servedHost ?? OwnPolicy);

    private static string VersionOf(in TlsAgreement agreement) => agreement.Version == Native.OpenSsl.TLS1_3_VERSION ? "1.3" : "1.2";

    // The server agrees on no others.
    private static string? NextProtocolOf(in TlsAgreement agreement) => agreement.ApplicationProtocol.Length switch
    {
        0 => null,
        2 => "h2",
        _ => "http/1.1",
    };

    private static TagList TagsOf(EndPoint? local) => local switch
    {
        IPEndPoint ip => new TagList
        {
            { "server.address", ip.Address.ToString() },
            { "server.port", ip.Port },
            { "network.type", ip.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4" },
            { "network.transport", "tcp" },
        },
        UnixDomainSocketEndPoint unix => new TagList { { "server.address", unix.ToString() }, { "network.transport", "unix" } },
        _ => default,
    };

    /// <summary>A handshake being measured.</summary>
    internal readonly struct StartedHandshake
    {
        internal long Started { get; init; }

        /// <summary>Whether it was counted as active, so that it is taken off again also when a listener comes or goes in between.</summary>
        internal bool IsActive { get; init; }

        internal TagList Tags { get; init; }
    }
}
