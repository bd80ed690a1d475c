using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Middleware.ConfigReport;

/// <summary>Takes options apart into keys and values, as configuration would write them.</summary>
internal static class OptionValues
{
    /// <summary>The value of what only code can set, and has set.</summary>
    public const string Set = "(set)";

    // Each named, so that none of their properties is trimmed away.
    private static readonly Dictionary<Type, PropertyInfo[]> Properties = new()
    {
        [typeof(AeronetTransportOptions)] = Of<AeronetTransportOptions>(),
        [typeof(AeronetConnectionLimitOptions)] = Of<AeronetConnectionLimitOptions>(),
        // Its endpoints are options of their own.
        [typeof(AeronetProxyProtocolOptions)] = Of<AeronetProxyProtocolEndpointOptions>(),
        [typeof(AeronetProxyProtocolEndpointOptions)] = Of<AeronetProxyProtocolEndpointOptions>(),
        [typeof(AeronetStaticFileOptions)] = Of<AeronetStaticFileOptions>(),
        [typeof(DirectoryIndexOptions)] = Of<DirectoryIndexOptions>(),
        [typeof(CacheControlRule)] = Of<CacheControlRule>(),
        [typeof(AeronetPipelineOptions)] = Of<AeronetPipelineOptions>(),
        [typeof(AeronetAccessLogOptions)] = Of<AeronetAccessLogOptions>(),
        [typeof(AeronetAccessLogFileOptions)] = Of<AeronetAccessLogFileOptions>(),
        [typeof(AeronetHttpsRedirectOptions)] = Of<AeronetHttpsRedirectOptions>(),
        [typeof(AeronetHstsOptions)] = Of<AeronetHstsOptions>(),
        [typeof(AeronetCorsOptions)] = Of<AeronetCorsOptions>(),
        [typeof(AeronetCorsPolicyOptions)] = Of<AeronetCorsPolicyOptions>(),
        [typeof(AeronetRouteOptions)] = Of<AeronetRouteOptions>(),
        [typeof(AeronetTlsMetricsOptions)] = Of<AeronetTlsMetricsOptions>(),
        [typeof(AeronetDashboardOptions)] = Of<AeronetDashboardOptions>(),
        [typeof(AeronetHealthOptions)] = Of<AeronetHealthOptions>(),
        [typeof(AeronetParserDiagnosticsOptions)] = Of<AeronetParserDiagnosticsOptions>(),
    };

    private static readonly JavaScriptEncoder Readable = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The values of options, and of those within them, in the order of their properties; null for what is not set.</summary>
    /// <param name="options">The options.</param>
    /// <param name="key">The key of the section.</param>
    public static IEnumerable<KeyValuePair<string, string?>> Of(object options, string key) => Properties[options.GetType()]
        .Where(property => !IsOnlyForCode(property.PropertyType) || property.GetValue(options) is not null)
        .SelectMany(property => OfValue(property.GetValue(options), ConfigurationPath.Combine(key, property.Name)));

    private static IEnumerable<KeyValuePair<string, string?>> OfValue(object? value, string key) => value switch
    {
        null => One(key, null),
        IEnumerable<string> texts => One(key, $"[{string.Join(", ", texts.Select(Quote))}]"),
        IEnumerable<KeyValuePair<string, string>> map => map.SelectMany(pair => One($"{key}:{pair.Key}", pair.Value)),
        IEnumerable<KeyValuePair<int, int>> map => map.SelectMany(pair => One(Join(key, pair.Key), Text(pair.Value))),
        IEnumerable<KeyValuePair<string, AeronetCorsPolicyOptions>> map => map.SelectMany(pair => Of(pair.Value, $"{key}:{pair.Key}")),
        not string and IEnumerable list => list.Cast<object?>().SelectMany((item, index) => OfValue(item, Join(key, index))),
        _ when Properties.ContainsKey(value.GetType()) => Of(value, key),
        bool or TimeSpan or Enum or string or IFormattable => One(key, Text(value)),
        _ => One(key, Set),
    };

    /// <summary>A time without zeros that say nothing, such as <c>00:00:00.005</c>.</summary>
    public static string Text(TimeSpan time)
    {
        var text = time.ToString("c", CultureInfo.InvariantCulture);
        return time.Ticks % TimeSpan.TicksPerSecond == 0 ? text : text.TrimEnd('0');
    }

    /// <summary>A switch as JSON has it.</summary>
    public static string Text(bool flag) => flag ? "true" : "false";

    // Delegates and services.
    private static bool IsOnlyForCode(Type type) => typeof(Delegate).IsAssignableFrom(type) || (type.IsInterface && !type.IsGenericType);

    private static KeyValuePair<string, string?>[] One(string key, string? value) => [new(key, value)];

    private static string? Text(object value) => value switch
    {
        bool flag => Text(flag),
        TimeSpan time => Text(time),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string Join(string key, int inner) => ConfigurationPath.Combine(key, inner.ToString(CultureInfo.InvariantCulture));

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, Readable)}\"";

    private static PropertyInfo[] Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>() =>
        typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance);
}
