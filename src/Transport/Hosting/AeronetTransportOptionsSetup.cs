using System.Globalization;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>
/// Reads the options from configuration key by key, so that a value that cannot be read, or a key that does not exist, is
/// reported by name with what would be right, and all of them at once.
/// </summary>
internal sealed class AeronetTransportOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetTransportOptions>
{
    private delegate bool Parser<T>(string text, out T value);

    public void Configure(AeronetTransportOptions options)
    {
        var section = configuration.GetSection(AeronetTransportOptions.SectionName);
        var unread = section.GetChildren().Select(child => child.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var known = new List<string>();
        var failures = new List<string>();

        Read<int>(nameof(options.EventLoops), TryParseInt, "a whole number", value => options.EventLoops = value);
        Read<DispatchMode>(nameof(options.Dispatch), TryParseDispatch, "Adaptive, Inline or ThreadPool", value => options.Dispatch = value);
        Read<TimeSpan>(nameof(options.StallThreshold), TryParseTime, TimeRemedy, value => options.StallThreshold = value);
        Read<int>(nameof(options.MaxStandbyThreads), TryParseInt, "a whole number", value => options.MaxStandbyThreads = value);
        Read<int>(nameof(options.Backlog), TryParseInt, "a whole number", value => options.Backlog = value);
        Read<bool>(nameof(options.NoDelay), bool.TryParse, BoolRemedy, value => options.NoDelay = value);
        Read<bool>(nameof(options.KeepAlive), bool.TryParse, BoolRemedy, value => options.KeepAlive = value);
        Read<TimeSpan>(nameof(options.DeferAccept), TryParseTime, TimeRemedy, value => options.DeferAccept = value);
        Read<bool>(nameof(options.ReusePort), bool.TryParse, BoolRemedy, value => options.ReusePort = value);
        Read<bool>(nameof(options.DualMode), bool.TryParse, BoolRemedy, value => options.DualMode = value);
        Read<long>(nameof(options.MaxReadBufferSize), TryParseLong, "a number of bytes", value => options.MaxReadBufferSize = value);
        Read<long>(nameof(options.MaxWriteBufferSize), TryParseLong, "a number of bytes", value => options.MaxWriteBufferSize = value);
        Read<int>(nameof(options.SendChunk), TryParseInt, "a number of bytes", value => options.SendChunk = value);
        Read<bool>(nameof(options.ZeroCopyFiles), bool.TryParse, BoolRemedy, value => options.ZeroCopyFiles = value);
        Read<TimeSpan>(nameof(options.ShutdownTimeout), TryParseTime, TimeRemedy, value => options.ShutdownTimeout = value);
        Read<TimeSpan>(nameof(options.DrainDelay), TryParseTime, TimeRemedy, value => options.DrainDelay = value);
        Read<TimeSpan>(nameof(options.DrainTimeout), TryParseTime, TimeRemedy, value => options.DrainTimeout = value);
        Read<TimeSpan>(nameof(options.HalfCloseTimeout), TryParseTime, TimeRemedy, value => options.HalfCloseTimeout = value);
        Read<UnixFileMode>(nameof(options.UnixFileMode), TryParseMode, "an octal mode such as 0660, or names such as UserRead, UserWrite", value => options.UnixFileMode = value);
        Read<string>(nameof(options.HandOver), TryParseText, "the path of a Unix socket, such as /run/app/handover.sock", value => options.HandOver = value);
        Read<TimeSpan>(nameof(options.HandOverTimeout), TryParseTime, TimeRemedy, value => options.HandOverTimeout = value);
        Read<bool>(nameof(options.TlsForConfiguredEndpoints), bool.TryParse, BoolRemedy, value => options.TlsForConfiguredEndpoints = value);

        foreach (var key in unread)
        {
            failures.Add($"{section.Path}:{key} is not an option of the transport: remove it or use one of {string.Join(", ", known)}.");
        }

        if (failures.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AeronetTransportOptions), failures.Select(PrintableText.Escape));
        }

        void Read<T>(string key, Parser<T> tryParse, string remedy, Action<T> apply)
        {
            known.Add(key);
            unread.Remove(key);
            if (section[key] is not { } text)
            {
                if (section.GetSection(key).GetChildren().Any())
                {
                    failures.Add($"{section.Path}:{key} is a list or an object: use {remedy}.");
                }

                return;
            }

            if (tryParse(text.Trim(), out var value))
            {
                apply(value);
            }
            else
            {
                failures.Add($"{section.Path}:{key} is '{text}': use {remedy}.");
            }
        }
    }

    private const string BoolRemedy = "true or false";
    private const string TimeRemedy = "a time such as 00:00:00.005 (hours:minutes:seconds)";

    private static bool TryParseText(string text, out string value)
    {
        value = text;
        return text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);
    }

    private static bool TryParseInt(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryParseLong(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    // A bare number would be read as days.
    private static bool TryParseTime(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    // Enum.TryParse takes any number, and lists of names.
    private static bool TryParseDispatch(string text, out DispatchMode value)
    {
        value = default;
        return text.Length > 0 && char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value);
    }

    private static bool TryParseMode(string text, out UnixFileMode value)
    {
        value = default;
        if (text.Length > 0 && char.IsAsciiLetter(text[0]))
        {
            return Enum.TryParse(text, ignoreCase: true, out value);
        }

        if (text.Length is 0 or > 5 || text.AsSpan().ContainsAnyExceptInRange('0', '7'))
        {
            return false;
        }

        value = (UnixFileMode)Convert.ToInt32(text, 8);
        return true;
    }
}
