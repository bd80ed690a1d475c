using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads <c>Aeronet:ConnectionLimits</c>.</summary>
internal static class ConnectionLimitReader
{
    /// <exception cref="OptionsValidationException">One line for each thing that is wrong.</exception>
    internal static void Read(IConfiguration configuration, AeronetConnectionLimitOptions options)
    {
        var failures = new List<string>();
        var section = new OptionSection(configuration, failures);
        ReadCount(nameof(options.MaxConnections), value => options.MaxConnections = value);
        ReadCount(nameof(options.MaxConnectionsPerClient), value => options.MaxConnectionsPerClient = value);
        ReadCount(nameof(options.IPv4PrefixLength), value => options.IPv4PrefixLength = value);
        ReadCount(nameof(options.IPv6PrefixLength), value => options.IPv6PrefixLength = value);
        ReadTime(nameof(options.IdleTimeout), value => options.IdleTimeout = value);
        section.Read<ConnectionLimitAnswer>(
            nameof(options.OnExceeded), OptionParsers.TryParseName, OptionParsers.RemedyOf<ConnectionLimitAnswer>(), value => options.OnExceeded = value);
        ReadTime(nameof(options.RetryAfter), value => options.RetryAfter = value);
        section.RejectUnknown();
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AeronetConnectionLimitOptions), failures);
        }

        void ReadCount(string key, Action<int> apply) => section.Read(key, OptionParsers.TryParseCount, OptionParsers.CountRemedy, apply);

        void ReadTime(string key, Action<TimeSpan> apply) => section.Read(key, OptionParsers.TryParseTime, OptionParsers.TimeRemedy, apply);
    }
}
