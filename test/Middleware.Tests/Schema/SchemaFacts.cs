using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Middleware.TlsMetrics;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>What options types do not say of themselves. Tests hold each of these against the code that reads and validates.</summary>
internal static class SchemaFacts
{
    private const int GiB = 1 << 30;

    /// <summary>Every section.</summary>
    public static IReadOnlyList<SchemaSection> Sections { get; } =
    [
        new("Transport", "Transport", typeof(AeronetTransportOptions)),
        new("Transport", "ConnectionLimits", typeof(AeronetConnectionLimitOptions)),
        new("Transport", "ProxyProtocol", typeof(AeronetProxyProtocolOptions)),
        new("Transport", "Tls", typeof(AeronetTlsOptions)),
        new("StaticFiles", "StaticFiles", typeof(AeronetStaticFileOptions)),
        new("Middleware", "Pipeline", typeof(AeronetPipelineOptions)),
        new("Middleware", "AccessLog", typeof(AeronetAccessLogOptions)),
        new("Middleware", "HttpsRedirect", typeof(AeronetHttpsRedirectOptions)),
        new("Middleware", "TlsMetrics", typeof(AeronetTlsMetricsOptions)),
        new("Middleware", "Cors", typeof(AeronetCorsOptions)),
        new("Middleware", "Routes", typeof(AeronetRouteOptions), IsList: true),
        new("Middleware", "Dashboard", typeof(AeronetDashboardOptions)),
        new("Middleware", "Health", typeof(AeronetHealthOptions)),
        new("Middleware", "ParserDiagnostics", typeof(AeronetParserDiagnosticsOptions)),
    ];

    /// <summary>The least and the greatest value, by type and property.</summary>
    public static IReadOnlyDictionary<string, (long? Least, long? Greatest)> Ranges { get; } = new Dictionary<string, (long?, long?)>
    {
        [Name<AeronetTransportOptions>(nameof(AeronetTransportOptions.EventLoops))] = (1, 1024),
        [Name<SessionTicketOptions>(nameof(SessionTicketOptions.Count))] = (1, 8),
        [Name<SessionTicketOptions>(nameof(SessionTicketOptions.Window))] = (3, 16),
        [Name<AeronetTransportOptions>(nameof(AeronetTransportOptions.MaxStandbyThreads))] = (1, 4096),
        [Name<AeronetTransportOptions>(nameof(AeronetTransportOptions.Backlog))] = (1, null),
        [Name<AeronetTransportOptions>(nameof(AeronetTransportOptions.MaxReadBufferSize))] = (4096, null),
        [Name<AeronetTransportOptions>(nameof(AeronetTransportOptions.MaxWriteBufferSize))] = (4096, null),
        [Name<AeronetTransportOptions>(nameof(AeronetTransportOptions.SendChunk))] = (4096, GiB),
        [Name<AeronetTlsAdmissionOptions>(nameof(AeronetTlsAdmissionOptions.MaxConcurrentHandshakes))] = (0, 1_000_000),
        [Name<AeronetTlsAdmissionOptions>(nameof(AeronetTlsAdmissionOptions.HandshakesPerSecond))] = (0, 1_000_000),
        [Name<AeronetTlsAdmissionOptions>(nameof(AeronetTlsAdmissionOptions.Burst))] = (0, 1_000_000),
        [Name<AeronetTlsAdmissionOptions>(nameof(AeronetTlsAdmissionOptions.MaxConcurrentHandshakesPerClient))] = (0, 1_000_000),
        [Name<AeronetTlsAdmissionOptions>(nameof(AeronetTlsAdmissionOptions.HandshakesPerSecondPerClient))] = (0, 1_000_000),
        [Name<AeronetTlsAdmissionOptions>(nameof(AeronetTlsAdmissionOptions.BurstPerClient))] = (0, 1_000_000),
        [Name<AeronetTlsAdmissionOptions>(nameof(AeronetTlsAdmissionOptions.IPv4PrefixLength))] = (8, 32),
        [Name<AeronetTlsAdmissionOptions>(nameof(AeronetTlsAdmissionOptions.IPv6PrefixLength))] = (16, 128),
        [Name<AeronetTlsAdmissionOptions>(nameof(AeronetTlsAdmissionOptions.MaxWaiting))] = (0, 100_000),
        [Name<AeronetConnectionLimitOptions>(nameof(AeronetConnectionLimitOptions.MaxConnections))] = (0, 10_000_000),
        [Name<AeronetConnectionLimitOptions>(nameof(AeronetConnectionLimitOptions.MaxConnectionsPerClient))] = (0, 1_000_000),
        [Name<AeronetConnectionLimitOptions>(nameof(AeronetConnectionLimitOptions.IPv4PrefixLength))] = (8, 32),
        [Name<AeronetConnectionLimitOptions>(nameof(AeronetConnectionLimitOptions.IPv6PrefixLength))] = (16, 128),
        [Name<AeronetProxyProtocolEndpointOptions>(nameof(AeronetProxyProtocolEndpointOptions.MaxHeaderLength))] = (536, 65_551),
        [Name<AeronetStaticFileOptions>(nameof(AeronetStaticFileOptions.MaxRanges))] = (1, 256),
        [Name<AeronetStaticFileOptions>(nameof(AeronetStaticFileOptions.RangeGap))] = (0, GiB),
        [Name<AeronetStaticFileOptions>(nameof(AeronetStaticFileOptions.OpenFileCacheSize))] = (0, 65536),
        [Name<DirectoryIndexOptions>(nameof(DirectoryIndexOptions.PageSize))] = (1, 10_000),
        [Name<DirectoryIndexOptions>(nameof(DirectoryIndexOptions.MaxEntries))] = (1, 1_000_000),
        [Name<DirectoryIndexOptions>(nameof(DirectoryIndexOptions.CacheSize))] = (0, GiB),
        [Name<AeronetAccessLogOptions>(nameof(AeronetAccessLogOptions.QueueSize))] = (4096, null),
        [Name<AeronetAccessLogFileOptions>(nameof(AeronetAccessLogFileOptions.MaxSize))] = (4096, null),
        [Name<AeronetAccessLogFileOptions>(nameof(AeronetAccessLogFileOptions.Keep))] = (1, null),
        [Name<AeronetHttpsRedirectOptions>(nameof(AeronetHttpsRedirectOptions.HttpsPort))] = (1, 65535),
        [Name<AeronetDashboardOptions>(nameof(AeronetDashboardOptions.MaxViewers))] = (1, 1000),
        [Name<AeronetHealthOptions>(nameof(AeronetHealthOptions.Port))] = (0, 65535),
        [Name<AeronetParserDiagnosticsOptions>(nameof(AeronetParserDiagnosticsOptions.ExcerptLength))] = (0, 1024),
    };

    /// <summary>Properties that configuration writes in another way than their type says.</summary>
    public static IReadOnlyDictionary<string, Func<JsonObject>> Shapes { get; } = new Dictionary<string, Func<JsonObject>>
    {
        [Name<AeronetTransportOptions>(nameof(AeronetTransportOptions.UnixFileMode))] = Text,
        [Name<AeronetAccessLogOptions>(nameof(AeronetAccessLogOptions.Level))] = LogLevels,
        [Name<AeronetAccessLogOptions>(nameof(AeronetAccessLogOptions.ClientErrorLevel))] = LogLevels,
        [Name<AeronetAccessLogOptions>(nameof(AeronetAccessLogOptions.ServerErrorLevel))] = LogLevels,
        [Name<AeronetHttpsRedirectOptions>(nameof(AeronetHttpsRedirectOptions.StatusCode))] = () => Enum("integer", 301, 302, 307, 308),
        [Name<AeronetHttpsRedirectOptions>(nameof(AeronetHttpsRedirectOptions.PortMap))] = () => new()
        {
            ["type"] = "object",
            ["patternProperties"] = new JsonObject
            {
                ["^[0-9]{1,5}$"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 65535 },
            },
            ["additionalProperties"] = false,
        },
        [Name<AeronetStaticFileOptions>(nameof(AeronetStaticFileOptions.Precompressed))] = () => List(Enum("string", "br", "zstd", "gzip")),
        [Name<AeronetRouteOptions>(nameof(AeronetRouteOptions.Prefix))] = () => new() { ["type"] = "string", ["pattern"] = "^/" },
        [Name<AeronetAccessLogOptions>(nameof(AeronetAccessLogOptions.Format))] = () => new()
        {
            ["type"] = "string",
            ["examples"] = new JsonArray("Common", "Combined", "Json", "{remote} \"{method} {path}\" {status} {bytes} {duration_ms}"),
        },
        [Name<AeronetTlsMetricsOptions>(nameof(AeronetTlsMetricsOptions.RequestTags))] = () => new()
        {
            ["anyOf"] = new JsonArray(List(Enum("string", [.. TlsTags.All.Select(tag => JsonValue.Create(tag))])), Text()),
        },
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.Certificates))] = () => List(SchemaCertificate.Create()),
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.Protocols))] = () => Enum("string", "Tls12", "Tls13", "Tls12, Tls13"),
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.HttpProtocols))] =
            () => Enum("string", "Http1", "Http2", "Http1AndHttp2", "Http1AndHttp2AndHttp3"),
        [Name<AeronetProxyProtocolEndpointOptions>(nameof(AeronetProxyProtocolEndpointOptions.TrustedPeers))] = TextOrList,
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.CipherList))] = TextOrList,
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.CipherSuites))] = TextOrList,
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.Groups))] = TextOrList,
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.SignatureAlgorithms))] = TextOrList,
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.TrustedClientAuthorities))] = TextOrList,
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.RevocationLists))] = TextOrList,
        [Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.RevocationUrls))] = TextOrList,
    };

    /// <summary>Keys that are no properties, by type.</summary>
    public static IReadOnlyDictionary<Type, (string Key, Func<JsonObject> Create)> ExtraKeys { get; } = new Dictionary<Type, (string, Func<JsonObject>)>
    {
        [typeof(AeronetTlsHostOptions)] = ("Certificate", SchemaCertificate.Create),
        [typeof(AeronetTlsOptions)] = ("Certificate", SchemaCertificate.Create),
        [typeof(AeronetRouteOptions)] = (nameof(AeronetRouteOptions.StaticFiles), () =>
        {
            var schema = SchemaWriter.OfType(typeof(AeronetStaticFileOptions), except: "Mounts");
            schema["properties"]!.AsObject().Remove(nameof(AeronetStaticFileOptions.RequestPath));
            schema.Insert(0, "description", "Options of the files below the prefix. What is left out comes from Aeronet:StaticFiles.");
            return schema;
        }),
        [typeof(AeronetStaticFileOptions)] = ("Mounts", () => new()
        {
            ["description"] = "Several mounts, each with the keys of this section. What a mount leaves out it takes from the section.",
            ["type"] = "array",
            ["items"] = SchemaWriter.OfType(typeof(AeronetStaticFileOptions), except: "Mounts"),
        }),
    };

    /// <summary>Properties of a kind that configuration can set, and that it does not.</summary>
    public static IReadOnlySet<string> OnlyInCode { get; } = new HashSet<string>
    {
        Name<AeronetTlsHostOptions>(nameof(AeronetTlsHostOptions.Intermediates)),
    };

    /// <summary>Whether lists may be written as one text with semicolons: what reads the Middleware package's sections takes them.</summary>
    public static bool TakesTextForLists(Type options) => options.Assembly == typeof(AeronetCorsOptions).Assembly;

    public static JsonObject Text() => new() { ["type"] = "string" };

    public static JsonObject List(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    public static JsonObject TextOrList() => new() { ["anyOf"] = new JsonArray(List(Text()), Text()) };

    /// <summary>The framework's own, which have no comments at hand.</summary>
    public static JsonObject LogLevels() =>
        Enum("string", [.. System.Enum.GetNames<Microsoft.Extensions.Logging.LogLevel>().Select(name => (JsonNode)name)]);

    public static JsonObject Enum(string type, params JsonNode[] values) => new() { ["type"] = type, ["enum"] = new JsonArray(values) };

    public static string Name<T>(string property) => $"{typeof(T).Name}.{property}";
}
