using System.Globalization;
using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads values, each with its remedy for messages.</summary>
internal static class OptionParsers
{
    internal const string BoolRemedy = "true or false";
    internal const string TimeRemedy = "a time such as 00:00:10 (hours:minutes:seconds)";
    internal const string CountRemedy = "a whole number";
    internal const string RateRemedy = "a number such as 100 or 0.5";
    internal const string ProtocolsRemedy = "Tls12, Tls13 or both";
    internal const string HttpProtocolsRemedy = "Http1, Http2, Http1AndHttp2 or Http1AndHttp2AndHttp3";

    /// <summary>The names of an enumeration, for messages.</summary>
    internal static string RemedyOf<T>()
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        return $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }

    // A bare number would be read as days.
    internal static bool TryParseTime(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    internal static bool TryParseCount(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    internal static bool TryParseRate(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);

    // Enum.TryParse takes any number, and lists of names.
    internal static bool TryParseName<T>(string text, out T value)
        where T : struct, Enum
    {
        value = default;
        return text.Length > 0 && text.All(char.IsAsciiLetterOrDigit) && char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out value);
    }

    internal static bool TryParseHttpProtocols(string text, out HttpProtocols value) =>
        TryParseName(text, out value) && (value & HttpProtocols.Http1AndHttp2) != 0;

    /// <summary>One name, or several separated by commas.</summary>
    internal static bool TryParseProtocols(string text, out SslProtocols value)
    {
        value = SslProtocols.None;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryParseName<SslProtocols>(name, out var protocol) || (protocol & ~TlsVersions.All) != 0 || protocol == SslProtocols.None)
            {
                return false;
            }

            value |= protocol;
        }

        return true;
    }
}
