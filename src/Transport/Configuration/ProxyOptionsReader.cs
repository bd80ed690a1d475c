using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads <c>Aeronet:ProxyProtocol</c>.</summary>
internal static class ProxyOptionsReader
{
    /// <summary>Reads the section, and what differs by endpoint over it.</summary>
    /// <exception cref="OptionsValidationException">One line for each thing that is wrong.</exception>
    internal static void Read(IConfiguration configuration, AeronetProxyProtocolOptions options)
    {
        var failures = new List<string>();
        var section = new OptionSection(configuration, failures);
        ReadEndpoint(section, options);
        foreach (var (name, own) in section.Sections(nameof(options.Endpoints)) ?? [])
        {
            var endpoint = new AeronetProxyProtocolEndpointOptions
            {
                Mode = options.Mode,
                TrustedPeers = [.. options.TrustedPeers],
                HeaderTimeout = options.HeaderTimeout,
                MaxHeaderLength = options.MaxHeaderLength,
                UseClientTls = options.UseClientTls,
            };
            ReadEndpoint(own, endpoint);
            own.RejectUnknown();
            options.Endpoints[name] = endpoint;
        }

        section.RejectUnknown();
        ThrowIfAny(failures);
    }

    /// <summary>Reads a section of an endpoint's own.</summary>
    /// <exception cref="OptionsValidationException">One line for each thing that is wrong.</exception>
    internal static void ReadEndpoint(IConfiguration configuration, AeronetProxyProtocolEndpointOptions options)
    {
        var failures = new List<string>();
        var section = new OptionSection(configuration, failures);
        ReadEndpoint(section, options);
        section.RejectUnknown();
        ThrowIfAny(failures);
    }

    private static void ReadEndpoint(OptionSection section, AeronetProxyProtocolEndpointOptions options)
    {
        section.Read<ProxyProtocolMode>(nameof(options.Mode), OptionParsers.TryParseName, OptionParsers.RemedyOf<ProxyProtocolMode>(), value => options.Mode = value);
        if (section.Texts(nameof(options.TrustedPeers)) is { } peers)
        {
            options.TrustedPeers = [.. peers.Select(peer => peer.Text)];
        }

        section.Read<TimeSpan>(nameof(options.HeaderTimeout), OptionParsers.TryParseTime, OptionParsers.TimeRemedy, value => options.HeaderTimeout = value);
        section.Read<int>(nameof(options.MaxHeaderLength), OptionParsers.TryParseCount, "a number of bytes", value => options.MaxHeaderLength = value);
        section.Read<bool>(nameof(options.UseClientTls), bool.TryParse, OptionParsers.BoolRemedy, value => options.UseClientTls = value);
    }

    private static void ThrowIfAny(List<string> failures)
    {
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AeronetProxyProtocolOptions), failures);
        }
    }
}
