using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Middleware.ConfigReport;

/// <summary>Takes out of a report what is nobody's business: docs/options.md has the rules.</summary>
internal static partial class Secrets
{
    public const string Redacted = "[redacted]";

    // Within the last name of a key, or of the list that it is in, regardless of case. Not "key" alone, which names files and policies.
    private static readonly string[] Words =
    [
        "password", "passphrase", "passwd", "pwd", "secret", "token", "credential", "apikey", "api_key", "api-key", "privatekey",
        "accesskey", "signingkey", "encryptionkey", "connectionstring",
    ];

    /// <summary>The value as it may be shown.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="value">The value.</param>
    /// <param name="isSecretStore">Whether it came from where everything is secret.</param>
    public static string? Redact(string key, string? value, bool isSecretStore)
    {
        if (string.IsNullOrEmpty(value))
        {
            return value;
        }

        // A switch, such as the Credentials of CORS, has no secret to tell.
        var isSecret = isSecretStore
            || (IsSecretName(key) && !bool.TryParse(value, out _))
            || value.Contains("-----BEGIN", StringComparison.Ordinal);
        return isSecret ? Redacted : UserInUrl().Replace(value, $"://{Redacted}@");
    }

    private static bool IsSecretName(string key)
    {
        // The last names of what is in a list are numbers.
        var names = key.Split(ConfigurationPath.KeyDelimiter);
        var last = Array.FindLast(names, name => name.AsSpan().ContainsAnyExceptInRange('0', '9')) ?? "";
        return Words.Any(word => last.Contains(word, StringComparison.OrdinalIgnoreCase))
            || names[0].Equals("ConnectionStrings", StringComparison.OrdinalIgnoreCase);
    }

    // Up to the last @ before the path, which a password that was not encoded may have as well; and where there is none, of one that has a slash,
    // unless what follows the colon is a port.
    [GeneratedRegex(@"://(?:[^/?#\s]*|[^/?#\s:@]*:(?![0-9]{0,5}(?:[/?#\s]|$))\S*)@")]
    private static partial Regex UserInUrl();
}
