namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// Options of the dashboard. Bound from the configuration section <c>Aeronet:Dashboard</c>, then changed in code, then validated when
/// the application starts.
/// </summary>
public sealed class AeronetDashboardOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:Dashboard";

    /// <summary>How often figures are read and sent to the pages that are open; 250 milliseconds to a minute.</summary>
    /// <remarks>Defaults to one second.</remarks>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How far back charts go, in the page alone; 10 to 3,600 times <see cref="Interval"/>.</summary>
    /// <remarks>Defaults to five minutes.</remarks>
    public TimeSpan History { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The heading of the page; at most 100 characters.</summary>
    /// <remarks>Defaults to <see langword="null"/>: the application's name.</remarks>
    public string? Title { get; set; }

    /// <summary>The most pages that may be open at a time; 1 to 1,000. A further one is told so.</summary>
    /// <remarks>Defaults to 16.</remarks>
    public int MaxViewers { get; set; } = 16;
}
