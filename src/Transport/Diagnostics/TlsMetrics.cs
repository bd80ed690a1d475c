using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>
/// Kestrel's TLS instruments, by its names and tags: its own stay silent because its HTTPS middleware passes our connections
/// through, and dashboards should not. And the transport's own about kernel TLS.
/// </summary>
internal sealed class TlsMetrics
{
    private const string KestrelMeter = "Microsoft.AspNetCore.Server.Kestrel";

    private static readonly KeyValuePair<string, object?>[] s_fallbackReasons = TransportMetrics.Tags<KtlsFallback>("aeronet.fallback.reason");

    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _kernel;
    private readonly Counter<long> _fallbacks;

    public TlsMetrics(IMeterFactory meters)
    {
        var kestrel = meters.Create(KestrelMeter);
        _duration = kestrel.CreateHistogram<double>("kestrel.tls_handshake.duration", "s", "The duration of TLS handshakes on the server.");
        _active = kestrel.CreateUpDownCounter<long>("kestrel.active_tls_handshakes", "{handshake}", "Number of TLS handshakes that are currently in progress on the server.");
        var transport = meters.Create(TransportMetrics.MeterName);
        _kernel = transport.CreateCounter<long>("aeronet.tls.connections", "{connection}", "TLS connections established, by whether the kernel encrypts and decrypts.");
        _fallbacks = transport.CreateCounter<long>("aeronet.ktls.fallbacks", "{connection}", "TLS connections that might have been encrypted by the kernel and are not, by reason.");
    }

    internal void FellBack(KtlsFallback reason) => _fallbacks.Add(1, s_fallbackReasons[(int)reason]);

    internal Measurement HandshakeStarted(ConnectionContext connection)
    {
        var measurement = new Measurement
        {
            Started = Stopwatch.GetTimestamp(),
            IsActive = _active.Enabled,
            Tags = _active.Enabled || _duration.Enabled ? TagsOf(connection.LocalEndPoint) : default,
        };
        if (measurement.IsActive)
        {
            _active.Add(1, measurement.Tags);
        }

        return measurement;
    }

    internal void HandshakeStopped(ConnectionContext connection, in TlsOutcome outcome, in Measurement measurement)
    {
        if (measurement.IsActive)
        {
            _active.Add(-1, measurement.Tags);
        }

        // What Kestrel records of the connection itself.
        var connectionTags = connection.Features.Get<IConnectionMetricsTagsFeature>()?.Tags;
        var version = outcome.Agreement.Version == Native.OpenSsl.TLS1_3_VERSION ? "1.3" : "1.2";
        connectionTags?.Add(outcome.Failure is null ? new("tls.protocol.version", version) : new("error.type", "tls_handshake_failed"));
        if (outcome.Failure is null)
        {
            _kernel.Add(1, new("aeronet.ktls.send", outcome.SendsByKernel), new("aeronet.ktls.receive", outcome.ReceivesByKernel));
        }

        if (!_duration.Enabled)
        {
            return;
        }

        var tags = measurement.Tags;
        if (outcome.Failure is null)
        {
            tags.Add("tls.protocol.version", version);
            tags.Add("tls.resumed", outcome.Agreement.Resumed);
        }
        else
        {
            tags.Add("error.type", outcome.TimedOut ? typeof(OperationCanceledException).FullName : typeof(System.Security.Authentication.AuthenticationException).FullName);
        }

        _duration.Record(Stopwatch.GetElapsedTime(measurement.Started).TotalSeconds, tags);
    }

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
    internal readonly struct Measurement
    {
        internal long Started { get; init; }

        /// <summary>Whether it was counted as active, so that it is taken off again also when a listener comes or goes in between.</summary>
        internal bool IsActive { get; init; }

        internal TagList Tags { get; init; }
    }
}
