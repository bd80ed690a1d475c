using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Limits;

/// <summary>Checks <see cref="AeronetConnectionLimitOptions"/>. Every message names the key, the value and what would be right.</summary>
internal sealed class ConnectionLimitsValidator : IValidateOptions<AeronetConnectionLimitOptions>
{
    private const int MostConnections = 10_000_000;
    private const int MostPerClient = 1_000_000;

    public ValidateOptionsResult Validate(string? name, AeronetConnectionLimitOptions options)
    {
        var failures = new List<string>();
        Check(options.MaxConnections is >= 0 and <= MostConnections, nameof(options.MaxConnections), options.MaxConnections, $"1 to {MostConnections}, or 0 for no limit");
        Check(
            options.MaxConnectionsPerClient is >= 0 and <= MostPerClient,
            nameof(options.MaxConnectionsPerClient), options.MaxConnectionsPerClient, $"1 to {MostPerClient}, or 0 for no limit");
        Check(options.IPv4PrefixLength is >= 8 and <= 32, nameof(options.IPv4PrefixLength), options.IPv4PrefixLength, "8 to 32 bits");
        Check(options.IPv6PrefixLength is >= 16 and <= 128, nameof(options.IPv6PrefixLength), options.IPv6PrefixLength, "16 to 128 bits");
        Check(
            options.IdleTimeout == TimeSpan.Zero || (options.IdleTimeout >= TimeSpan.FromSeconds(1) && options.IdleTimeout <= TimeSpan.FromDays(1)),
            nameof(options.IdleTimeout), options.IdleTimeout, "00:00:01 to 1.00:00:00, or 00:00:00 for no limit");
        Check(Enum.IsDefined(options.OnExceeded), nameof(options.OnExceeded), options.OnExceeded, "Reset or ServiceUnavailable");
        Check(
            options.RetryAfter >= TimeSpan.FromSeconds(1) && options.RetryAfter <= TimeSpan.FromDays(1),
            nameof(options.RetryAfter), options.RetryAfter, "00:00:01 to 1.00:00:00");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool valid, string key, object? value, string remedy)
        {
            if (!valid)
            {
                failures.Add(FormattableString.Invariant($"{AeronetConnectionLimitOptions.SectionName}:{key} is {value}: use {remedy}."));
            }
        }
    }
}
