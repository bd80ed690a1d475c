using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>Checks <see cref="OcspStaplingOptions"/>.</summary>
internal static class StapleOptionsValidator
{
    private const int MostFiles = 16;

    private static readonly TimeSpan s_shortestTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <exception cref="InvalidOperationException">The message names the option, the value and what would be right.</exception>
    internal static void Validate(TlsSettings settings, AeronetTlsHostOptions host, string? name)
    {
        var options = host.OcspStapling;
        Check(
            options.Responder is null || TryParseResponder(options.Responder) is not null,
            nameof(options.Responder), $"is '{options.Responder}': use an absolute http or https address, such as http://ocsp.example.com/.");
        Check(options.ResponseFiles.Count <= MostFiles, nameof(options.ResponseFiles), $"has {options.ResponseFiles.Count} files: give it at most {MostFiles}.");
        Check(options.ResponseFiles.All(file => !string.IsNullOrWhiteSpace(file)), nameof(options.ResponseFiles), "has an empty path: give it a file, or remove it.");
        Check(
            options.Responder is null || options.ResponseFiles.Count == 0,
            nameof(options.Responder), $"is '{options.Responder}', and ResponseFiles is set, with which nobody is asked: remove one.");
        Check(options.CacheDirectory is null || options.CacheDirectory.Trim().Length > 0, nameof(options.CacheDirectory), "is empty: give it a folder, or remove it.");
        Check(
            options.Timeout is null || (options.Timeout >= s_shortestTimeout && options.Timeout <= s_longest),
            nameof(options.Timeout), $"is {options.Timeout}: use 00:00:00.1 to 00:01:00.");
        Check(
            options.StartupWait is null || (options.StartupWait >= TimeSpan.Zero && options.StartupWait <= s_longest),
            nameof(options.StartupWait), $"is {options.StartupWait}: use 00:00:00 to 00:01:00.");

        void Check(bool valid, string option, string problem)
        {
            if (!valid)
            {
                throw new InvalidOperationException($"{settings.NameOf($"OcspStapling:{option}", name)} {problem}");
            }
        }
    }

    /// <summary>The address of a responder; null when it is none that can be asked.</summary>
    internal static Uri? TryParseResponder(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) ? uri : null;
}
