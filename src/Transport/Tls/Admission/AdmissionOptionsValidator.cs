using System.Globalization;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Admission;

/// <summary>Checks <see cref="AeronetTlsAdmissionOptions"/>.</summary>
internal static class AdmissionOptionsValidator
{
    private const int Most = 1_000_000;

    /// <exception cref="InvalidOperationException">The message names the option, the value and what would be right.</exception>
    internal static void Validate(TlsSettings settings)
    {
        var options = settings.Options.Admission;
        CheckCount(settings, nameof(options.MaxConcurrentHandshakes), options.MaxConcurrentHandshakes);
        CheckCount(settings, nameof(options.MaxConcurrentHandshakesPerClient), options.MaxConcurrentHandshakesPerClient);
        CheckRate(settings, nameof(options.HandshakesPerSecond), options.HandshakesPerSecond, nameof(options.Burst), options.Burst);
        CheckRate(
            settings, nameof(options.HandshakesPerSecondPerClient), options.HandshakesPerSecondPerClient, nameof(options.BurstPerClient), options.BurstPerClient);
        Check(
            options.IPv4PrefixLength is >= 8 and <= 32,
            settings, nameof(options.IPv4PrefixLength), $"is {options.IPv4PrefixLength}: use 8 to 32 bits.");
        Check(
            options.IPv6PrefixLength is >= 16 and <= 128,
            settings, nameof(options.IPv6PrefixLength), $"is {options.IPv6PrefixLength}: use 16 to 128 bits.");
        Check(Enum.IsDefined(options.OnExceeded), settings, nameof(options.OnExceeded), $"is {options.OnExceeded}: use Wait or Refuse.");
        Check(
            options.WaitTimeout >= TimeSpan.FromMilliseconds(10) && options.WaitTimeout <= TimeSpan.FromSeconds(30),
            settings, nameof(options.WaitTimeout), $"is {options.WaitTimeout}: use 00:00:00.01 to 00:00:30.");
        Check(options.MaxWaiting is >= 0 and <= 100_000, settings, nameof(options.MaxWaiting), $"is {options.MaxWaiting}: use 0 to 100000.");
    }

    /// <summary>An option's name in messages.</summary>
    internal static string NameOf(TlsSettings settings, string option) =>
        settings.NameOf($"{nameof(AeronetTlsOptions.Admission)}{(settings.Section is null ? '.' : ':')}{option}");

    private static void CheckCount(TlsSettings settings, string option, int value) =>
        Check(value is >= 0 and <= Most, settings, option, $"is {value}: use 1 to {Most}, or 0 for no limit.");

    private static void CheckRate(TlsSettings settings, string option, double value, string burstOption, int burst)
    {
        Check(
            value is 0 or (>= 0.01 and <= Most),
            settings, option, string.Create(CultureInfo.InvariantCulture, $"is {value}: use 0.01 to {Most}, or 0 for no limit."));
        Check(burst is >= 0 and <= Most, settings, burstOption, $"is {burst}: use 1 to {Most}, or 0 for the handshakes of one second.");
        Check(burst == 0 || value > 0, settings, option, $"is 0, and {burstOption} is {burst}: set both, or there is no limit.");
    }

    private static void Check(bool valid, TlsSettings settings, string option, string problem)
    {
        if (!valid)
        {
            throw new InvalidOperationException($"{NameOf(settings, option)} {problem}");
        }
    }
}
