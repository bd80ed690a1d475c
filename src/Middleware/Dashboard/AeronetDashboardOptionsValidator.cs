using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Dashboard;

/// <summary>Checks the options. Every message names the key, the value and what would be right.</summary>
internal sealed class AeronetDashboardOptionsValidator : IValidateOptions<AeronetDashboardOptions>
{
    private const string Section = AeronetDashboardOptions.SectionName;
    private const int FewestPoints = 10;
    private const int MostPoints = 3600;
    private const int LongestTitle = 100;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, AeronetDashboardOptions options)
    {
        var failures = new OptionFailures();
        var interval = options.Interval;
        var hasInterval = interval >= ShortestInterval && interval <= LongestInterval;
        failures.Check(hasInterval, $"{Section}:{nameof(options.Interval)}", interval, "00:00:00.250 to 00:01:00");
        if (hasInterval)
        {
            var (shortest, longest) = (interval * FewestPoints, interval * MostPoints);
            failures.Check(
                options.History >= shortest && options.History <= longest,
                $"{Section}:{nameof(options.History)}",
                options.History,
                $"{shortest} to {longest}, which is {FewestPoints} to {MostPoints} times {nameof(options.Interval)}");
        }

        failures.Check(
            options.Title is null || (options.Title.Length <= LongestTitle && !string.IsNullOrWhiteSpace(options.Title)),
            $"{Section}:{nameof(options.Title)}", options.Title, $"a text of 1 to {LongestTitle} characters, or remove it");
        failures.Check(options.MaxViewers is >= 1 and <= 1000, $"{Section}:{nameof(options.MaxViewers)}", options.MaxViewers, "1 to 1000");
        return failures.ToResult();
    }
}
