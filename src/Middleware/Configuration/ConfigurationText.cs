using System.Globalization;

namespace Aeronet.AspNetCore.Middleware.Configuration;

/// <summary>Reads values as they are written in configuration.</summary>
internal static class ConfigurationText
{
    public const string BoolRemedy = "true or false";
    public const string TimeRemedy = "a time such as 365.00:00:00 (days.hours:minutes:seconds)";

    public static bool TryParseString(string text, out string value)
    {
        value = text;
        return true;
    }

    public static bool TryParseInt(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    // A bare number would be read as days.
    public static bool TryParseTime(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }
}
