using System.Globalization;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>HTTP-date (RFC 9110 section 5.6.7).</summary>
internal static class HttpDate
{
    // IMF-fixdate, and the two obsolete forms that a recipient must accept. Two-digit years are 1950 to 2049, .NET's window.
    private static readonly string[] Formats =
        ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    /// <summary>Writes IMF-fixdate.</summary>
    public static string Format(long unixSeconds)
        => DateTimeOffset.FromUnixTimeSeconds(unixSeconds).ToString("r", CultureInfo.InvariantCulture);

    /// <summary>Reads any of the three forms, as seconds since 1970 UTC.</summary>
    public static bool TryParse(string? value, out long unixSeconds)
    {
        var isDate = DateTimeOffset.TryParseExact(
            value, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        unixSeconds = time.ToUnixTimeSeconds();
        return isDate;
    }
}
