using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Aeronet.AspNetCore.Middleware.Cors;
using Aeronet.AspNetCore.Middleware.Hosting;
using Aeronet.AspNetCore.Middleware.HttpsRedirect;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Configuration;
using Aeronet.AspNetCore.Transport.Hosting;
using Aeronet.AspNetCore.Transport.Limits;
using Aeronet.AspNetCore.Transport.ProxyProtocol;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// Configuration of several providers. Each section is read and checked, or refused by messages of one line that name a key; the answer
/// is the same when everything is said by one provider, where no list is said twice.
/// </summary>
internal sealed class ConfigurationTarget : IFuzzTarget
{
    private const int MostPairs = 24;
    private const int LongestText = 100;

    private static readonly Action<IConfiguration>[] s_readers =
    [
        static configuration => Validate(new AeronetTransportOptionsSetup(configuration), new AeronetTransportOptions(), null),
        static configuration => Validate(new AeronetProxyProtocolOptionsSetup(configuration), new AeronetProxyProtocolOptions(), new ProxyOptionsValidator()),
        static configuration => Validate(new AeronetConnectionLimitOptionsSetup(configuration), new AeronetConnectionLimitOptions(), new ConnectionLimitsValidator()),
        static configuration => TlsOptionsReader.Read(configuration.GetSection("Aeronet:Tls"), "/nonexistent"),
        static configuration => Validate(new AeronetAccessLogOptionsSetup(configuration), new AeronetAccessLogOptions(), new AeronetAccessLogOptionsValidator()),
        static configuration => Validate(new AeronetCorsOptionsSetup(configuration), new AeronetCorsOptions(), new AeronetCorsOptionsValidator()),
        static configuration => Validate(new AeronetHttpsRedirectOptionsSetup(configuration), new AeronetHttpsRedirectOptions(), new AeronetHttpsRedirectOptionsValidator()),
        static configuration => Validate(new AeronetParserDiagnosticsOptionsSetup(configuration), new AeronetParserDiagnosticsOptions(), null),
        static configuration => Validate(new AeronetPipelineOptionsSetup(configuration), new AeronetPipelineOptions(), null),
        static configuration => Validate(new StaticFileOptionsBinder(configuration, null), new AeronetStaticFileOptions(), null),
    ];

    public string Name => "configuration";

    public IEnumerable<byte[]> Seeds =>
    [
        "Transport:EventLoops=2\nTransport:Dispatch=Inline\nTransport:UnixFileMode=0660\nTransport:StallThreshold=00:00:00.005"u8.ToArray(),
        "ProxyProtocol:Mode=Required\nProxyProtocol:TrustedPeers:0=10.0.0.0/8\nProxyProtocol:TrustedPeers:1=unix\nProxyProtocol:Endpoints:a:HeaderTimeout=00:00:01"u8.ToArray(),
        "AccessLog:Format={remote} {status}\nAccessLog:KnownProxies:0=10.0.0.0/8\n+\nAccessLog:KnownProxies=\nAccessLog:KnownProxies:0=::1\nAccessLog:RedactQuery=a;b"u8.ToArray(),
        "Cors:Default:Origins:0=https://*.example.com\nCors:Default:Credentials=true\nCors:Policies:p:MaxAge=02:00:00\nCors:Polices=x"u8.ToArray(),
        "Tls:Protocols=Tls12,Tls13\nTls:Hosts:a.example:CipherPolicy=Modern\nTls:Certificate:Path=no.pem\nTls:SessionTickets:Keys:0=x\nTls:Ktls=Auto"u8.ToArray(),
        "HttpsRedirect:Port=443\nHttpsRedirect:Hsts:MaxAge=365.00:00:00\nPipeline:Cors=yes\nStaticFiles:MaxRanges=x\nConnectionLimits:MaxConnections=-1"u8.ToArray(),
        "ParserDiagnostics:Mode=Detailed\nStaticFiles:DefaultDocuments:0=a.html\n+\nStaticFiles:DefaultDocuments:0=b.html\nAcessLog:Format=Json"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var providers = ProvidersOf(Encoding.UTF8.GetString(input));
        var configuration = Build(providers);
        var answers = Answers(configuration, input.Length);
        foreach (var failure in answers)
            Must.BeOneLine(failure);

        // Lists are where it matters who said what.
        var all = providers.SelectMany(provider => provider).ToList();
        if (!all.Any(pair => pair.Key.Split(':').Any(part => int.TryParse(part, out _)) || pair.Value is "" || pair.Value?.Contains(';') == true))
        {
            var single = all.GroupBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => group.Last().Value);
            var others = Answers(Build([single]), input.Length);
            Must.Equal(answers.Count, others.Count, "how much is wrong where one provider says everything");
        }
    }

    private static List<Dictionary<string, string?>> ProvidersOf(string text)
    {
        var providers = new List<Dictionary<string, string?>> { new(StringComparer.OrdinalIgnoreCase) };
        foreach (var line in text.Split('\n', MostPairs))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line == "+")
                providers.Add(new(StringComparer.OrdinalIgnoreCase));
            else if (equals > 0)
                providers[^1]["Aeronet:" + Cut(line[..equals])] = Cut(line[(equals + 1)..]);
        }

        return providers;

        static string Cut(string part) => part[..Math.Min(part.Length, LongestText)];
    }

    private static IConfigurationRoot Build(IEnumerable<Dictionary<string, string?>> providers)
    {
        var builder = new ConfigurationBuilder();
        foreach (var provider in providers)
            builder.AddInMemoryCollection(provider);

        return builder.Build();
    }

    private static List<string> Answers(IConfiguration configuration, int length)
    {
        var failures = new List<string>();
        foreach (var reader in s_readers)
        {
            var meter = Meter.Start();
            try
            {
                reader(configuration);
            }
            catch (OptionsValidationException refusal)
            {
                Must.Hold(refusal.Failures.Any(), "what is refused is refused for something");
                failures.AddRange(refusal.Failures);
            }

            // What no section has is compared with every key that it has; wildcards with credentials, with the list of public suffixes.
            meter.StopLinear("a section", length, steps: 6000, bytes: 12_000, freeBytes: 8 * 1024 * 1024);
        }

        return failures;
    }

    private static void Validate<T>(IConfigureOptions<T> setup, T options, IValidateOptions<T>? validator)
        where T : class
    {
        setup.Configure(options);
        if (validator?.Validate(Options.DefaultName, options) is { Failed: true } result)
            throw new OptionsValidationException(Options.DefaultName, typeof(T), result.Failures);
    }
}
