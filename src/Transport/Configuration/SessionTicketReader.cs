namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads the options of session tickets.</summary>
internal static class SessionTicketReader
{
    internal static void Read(OptionSection? section, SessionTicketOptions tickets)
    {
        if (section is null)
        {
            return;
        }

        section.Read<bool>(nameof(tickets.Enabled), bool.TryParse, OptionParsers.BoolRemedy, value => tickets.Enabled = value);
        section.Read<int>(nameof(tickets.Count), int.TryParse, "a whole number", value => tickets.Count = value);
        section.Read<TimeSpan>(nameof(tickets.Lifetime), OptionParsers.TryParseTime, OptionParsers.TimeRemedy, value => tickets.Lifetime = value);
        section.Read<TimeSpan>(nameof(tickets.Rotation), OptionParsers.TryParseTime, OptionParsers.TimeRemedy, value => tickets.Rotation = value);
        section.Read<int>(nameof(tickets.Window), int.TryParse, "a whole number", value => tickets.Window = value);
        section.Read<bool>(nameof(tickets.ClientCertificates), bool.TryParse, OptionParsers.BoolRemedy, value => tickets.ClientCertificates = value);
        ReadKeys(section.Section(nameof(tickets.Keys)), tickets.Keys);
        section.RejectUnknown();
    }

    private static void ReadKeys(OptionSection? section, SessionTicketKeyOptions keys)
    {
        if (section is null)
        {
            return;
        }

        section.Read<SessionTicketKeySource>(nameof(keys.Source), OptionParsers.TryParseName, OptionParsers.RemedyOf<SessionTicketKeySource>(), value => keys.Source = value);
        foreach (var (_, path) in section.Texts(nameof(keys.Files)) ?? [])
        {
            keys.Files.Add(path);
        }

        keys.Secret = section.Text(nameof(keys.Secret));
        keys.SecretFile = section.Text(nameof(keys.SecretFile));
        keys.CachePrefix = section.Text(nameof(keys.CachePrefix)) ?? keys.CachePrefix;
        section.Read<TimeSpan>(nameof(keys.PollInterval), OptionParsers.TryParseTime, OptionParsers.TimeRemedy, value => keys.PollInterval = value);
        section.RejectUnknown();
    }
}
