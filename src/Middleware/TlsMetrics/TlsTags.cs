using System.Collections.Frozen;
using System.Security.Authentication;
using Aeronet.AspNetCore.Middleware.Tls;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>
/// What can be said of a request's TLS in a metric: by OpenTelemetry's names where it has one. Nothing that a client makes up.
/// </summary>
internal static class TlsTags
{
    private static readonly object True = true;
    private static readonly object False = false;

    private static readonly FrozenDictionary<string, Func<TlsInfo, object?>> Known = new Dictionary<string, Func<TlsInfo, object?>>
    {
        ["tls.protocol.version"] = static tls => tls.Version switch
        {
            SslProtocols.Tls12 => "1.2",
            SslProtocols.Tls13 => "1.3",
            _ => null,
        },
        ["tls.resumed"] = static tls => Boxed(tls.Resumed),
        ["tls.cipher"] = static tls => tls.CipherSuite is { } suite ? CipherSuiteNames.Of(suite) : null,
        ["tls.curve"] = static tls => tls.Group,
        ["tls.next_protocol"] = static tls => tls.ApplicationProtocol,

        // As the transport's own instruments have it, for which a session of its own is known.
        ["aeronet.tls.host"] = static tls => tls.Resumed is null ? null : tls.ServedHost ?? "*",
        ["aeronet.ktls.send"] = static tls => Boxed(tls.SendsByKernel),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What there is.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What tells a tag's value of a connection, null if the server does not know it; null if there is no such tag.</summary>
    public static Func<TlsInfo, object?>? Find(string name) => Known.GetValueOrDefault(name);

    private static object? Boxed(bool? value) => value switch
    {
        null => null,
        true => True,
        false => False,
    };
}
