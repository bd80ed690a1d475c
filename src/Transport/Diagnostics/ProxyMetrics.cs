using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>The instruments of PROXY protocol headers.</summary>
internal sealed class ProxyMetrics
{
    private const string VersionTag = "aeronet.proxy_protocol.version";

    private static readonly KeyValuePair<string, object?>[] s_versions = [new(VersionTag, 0), new(VersionTag, 1), new(VersionTag, 2)];
    private static readonly KeyValuePair<string, object?>[] s_commands = TransportMetrics.Tags<ProxyProtocolCommand>("aeronet.proxy_protocol.command");

    private readonly Counter<long> _headers;
    private readonly Counter<long> _rejected;

    public ProxyMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(TransportMetrics.MeterName);
        _headers = meter.CreateCounter<long>("aeronet.proxy_protocol.headers", "{header}", "PROXY protocol headers accepted, by version and command.");
        _rejected = meter.CreateCounter<long>("aeronet.proxy_protocol.rejected", "{connection}", "Connections refused for their PROXY protocol header, by what is wrong with it.");
    }

    internal void HeaderRead(int version, ProxyProtocolCommand command) => _headers.TryAdd(s_versions[version], s_commands[(int)command]);

    internal void Rejected(KeyValuePair<string, object?> reason) => _rejected.TryAdd(reason);
}
