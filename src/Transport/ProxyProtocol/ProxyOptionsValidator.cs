using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>Checks <see cref="AeronetProxyProtocolOptions"/>. Every message names the key, the value and what would be right.</summary>
internal sealed class ProxyOptionsValidator : IValidateOptions<AeronetProxyProtocolOptions>
{
    // What one segment of the smallest network carries, which every sender keeps to without its TLVs (section 2).
    private const int LeastHeaderLength = 536;

    private static readonly TimeSpan s_leastTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_greatestTimeout = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, AeronetProxyProtocolOptions options)
    {
        const string Section = AeronetProxyProtocolOptions.SectionName;
        var failures = FailuresOf(options, key => $"{Section}:{key}").ToList();
        foreach (var (endpoint, own) in options.Endpoints)
        {
            // What it has from the section is said once.
            failures.AddRange(FailuresOf(own, key => $"{Section}:{nameof(options.Endpoints)}:{endpoint}:{key}")
                .Where(failure => !failures.Contains(failure.Replace($"{nameof(options.Endpoints)}:{endpoint}:", "", StringComparison.Ordinal))));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures.Select(PrintableText.Escape));
    }

    /// <summary>What is wrong, a line for each.</summary>
    /// <param name="options">The options.</param>
    /// <param name="nameOf">The name of an option in messages.</param>
    internal static IEnumerable<string> FailuresOf(AeronetProxyProtocolEndpointOptions options, Func<string, string> nameOf)
    {
        if (!Enum.IsDefined(options.Mode))
        {
            yield return $"{nameOf(nameof(options.Mode))} is {options.Mode}: use Required or Optional.";
        }

        if (options.TrustedPeers is not { Count: > 0 })
        {
            yield return $"{nameOf(nameof(options.TrustedPeers))} is empty: name the peers that send headers, such as '10.1.2.3', '10.0.0.0/8' or 'unix'.";
        }

        foreach (var peer in (options.TrustedPeers ?? []).Where(peer => !TrustedPeers.IsValid(peer)))
        {
            yield return $"{nameOf(nameof(options.TrustedPeers))} has '{peer}': use addresses such as '10.1.2.3', networks such as '10.0.0.0/8' or 'fd00::/8' "
                + "with zeros behind the prefix, or 'unix' for the peers of Unix sockets.";
        }

        if (options.HeaderTimeout < s_leastTimeout || options.HeaderTimeout > s_greatestTimeout)
        {
            yield return $"{nameOf(nameof(options.HeaderTimeout))} is {options.HeaderTimeout}: use 00:00:00.1 to 00:01:00.";
        }

        if (options.MaxHeaderLength is < LeastHeaderLength or > ProxyBlock.MaxLength)
        {
            yield return FormattableString.Invariant(
                $"{nameOf(nameof(options.MaxHeaderLength))} is {options.MaxHeaderLength}: use {LeastHeaderLength} to {ProxyBlock.MaxLength} bytes.");
        }
    }
}
