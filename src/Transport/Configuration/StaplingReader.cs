namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads the options of OCSP stapling.</summary>
internal static class StaplingReader
{
    internal static void Read(OptionSection? section, OcspStaplingOptions options)
    {
        if (section is null)
        {
            return;
        }

        section.Read<bool>(nameof(options.Enabled), bool.TryParse, OptionParsers.BoolRemedy, value => options.Enabled = value);
        options.Responder = section.Text(nameof(options.Responder));
        foreach (var (_, path) in section.Texts(nameof(options.ResponseFiles)) ?? [])
        {
            options.ResponseFiles.Add(path);
        }

        options.CacheDirectory = section.Text(nameof(options.CacheDirectory));
        section.Read<TimeSpan>(nameof(options.Timeout), OptionParsers.TryParseTime, OptionParsers.TimeRemedy, value => options.Timeout = value);
        section.Read<TimeSpan>(nameof(options.StartupWait), OptionParsers.TryParseTime, OptionParsers.TimeRemedy, value => options.StartupWait = value);
        section.RejectUnknown();
    }
}
