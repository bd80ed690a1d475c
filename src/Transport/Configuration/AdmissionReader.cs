namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads the limits of TLS handshakes.</summary>
internal static class AdmissionReader
{
    internal static void Read(OptionSection? section, AeronetTlsAdmissionOptions options)
    {
        if (section is null)
        {
            return;
        }

        ReadCount(nameof(options.MaxConcurrentHandshakes), value => options.MaxConcurrentHandshakes = value);
        ReadRate(nameof(options.HandshakesPerSecond), value => options.HandshakesPerSecond = value);
        ReadCount(nameof(options.Burst), value => options.Burst = value);
        ReadCount(nameof(options.MaxConcurrentHandshakesPerClient), value => options.MaxConcurrentHandshakesPerClient = value);
        ReadRate(nameof(options.HandshakesPerSecondPerClient), value => options.HandshakesPerSecondPerClient = value);
        ReadCount(nameof(options.BurstPerClient), value => options.BurstPerClient = value);
        ReadCount(nameof(options.IPv4PrefixLength), value => options.IPv4PrefixLength = value);
        ReadCount(nameof(options.IPv6PrefixLength), value => options.IPv6PrefixLength = value);
        section.Read<TlsAdmissionExceeded>(
            nameof(options.OnExceeded), OptionParsers.TryParseName, OptionParsers.RemedyOf<TlsAdmissionExceeded>(), value => options.OnExceeded = value);
        section.Read<TimeSpan>(nameof(options.WaitTimeout), OptionParsers.TryParseTime, OptionParsers.TimeRemedy, value => options.WaitTimeout = value);
        ReadCount(nameof(options.MaxWaiting), value => options.MaxWaiting = value);
        section.RejectUnknown();

        void ReadCount(string key, Action<int> apply) => section.Read(key, OptionParsers.TryParseCount, OptionParsers.CountRemedy, apply);

        void ReadRate(string key, Action<double> apply) => section.Read(key, OptionParsers.TryParseRate, OptionParsers.RateRemedy, apply);
    }
}
