namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads how it becomes known that client certificates were revoked.</summary>
internal static class RevocationReader
{
    internal static void Read(OptionSection? section, AeronetTlsRevocationOptions options)
    {
        if (section is null)
        {
            return;
        }

        options.CacheDirectory = section.Text(nameof(options.CacheDirectory));
        ReadTime(nameof(options.RefreshInterval), value => options.RefreshInterval = value);
        ReadTime(nameof(options.CheckTimeout), value => options.CheckTimeout = value);
        ReadTime(nameof(options.CheckLifetime), value => options.CheckLifetime = value);
        section.RejectUnknown();

        void ReadTime(string key, Action<TimeSpan> apply) => section.Read(key, OptionParsers.TryParseTime, OptionParsers.TimeRemedy, apply);
    }
}
