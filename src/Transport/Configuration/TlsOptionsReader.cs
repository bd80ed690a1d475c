using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Reads TLS options from configuration and loads the files they name.</summary>
internal sealed class TlsOptionsReader
{
    private readonly List<string> _failures = [];
    private readonly string _contentRoot;
    private readonly TlsSettings _settings;

    private TlsOptionsReader(TlsSettings settings, string contentRoot) => (_settings, _contentRoot) = (settings, contentRoot);

    /// <summary>Reads a section.</summary>
    /// <param name="configuration">The section.</param>
    /// <param name="contentRoot">Where relative paths begin.</param>
    /// <param name="files">Gets the files that were looked at, also when something is wrong.</param>
    /// <exception cref="OptionsValidationException">One line for each thing that is wrong.</exception>
    internal static TlsSettings Read(IConfiguration configuration, string contentRoot, ReadFiles? files = null)
    {
        var path = (configuration as IConfigurationSection)?.Path;
        var settings = new TlsSettings { Section = configuration.GetChildren().Any() ? path : null, Files = files ?? new ReadFiles() };
        var reader = new TlsOptionsReader(settings, contentRoot);
        reader.Read(new OptionSection(configuration, reader._failures));
        reader.ThrowIfFailed();
        return settings;
    }

    /// <summary>Loads the certificate of a section with Kestrel's keys into one host's options.</summary>
    /// <exception cref="OptionsValidationException">One line for each thing that is wrong.</exception>
    internal static void ReadCertificate(IConfigurationSection section, string contentRoot, TlsSettings settings, AeronetTlsHostOptions host)
    {
        var reader = new TlsOptionsReader(settings, contentRoot);
        reader.ReadCertificate(new OptionSection(section, reader._failures), host);
        reader.ThrowIfFailed();
    }

    private void ThrowIfFailed()
    {
        if (_failures.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AeronetTlsOptions), _failures);
        }
    }

    private void Read(OptionSection section)
    {
        var options = _settings.Options;
        ReadHost(section, options);
        section.Read<KtlsMode>(nameof(options.Ktls), OptionParsers.TryParseName, OptionParsers.RemedyOf<KtlsMode>(), value => options.Ktls = value);
        section.Read<TimeSpan>(nameof(options.HandshakeTimeout), OptionParsers.TryParseTime, OptionParsers.TimeRemedy, value => options.HandshakeTimeout = value);
        section.Read<bool>(nameof(options.RefuseUnknownHosts), bool.TryParse, OptionParsers.BoolRemedy, value => options.RefuseUnknownHosts = value);
        section.Read<bool>(nameof(options.AllowExpiredCertificates), bool.TryParse, OptionParsers.BoolRemedy, value => options.AllowExpiredCertificates = value);
        section.Read<bool>(nameof(options.ReloadCertificates), bool.TryParse, OptionParsers.BoolRemedy, value => options.ReloadCertificates = value);
        section.Read<TimeSpan>(nameof(options.ReloadInterval), OptionParsers.TryParseTime, OptionParsers.TimeRemedy, value => options.ReloadInterval = value);
        section.Read<bool>(nameof(options.Fingerprints), bool.TryParse, OptionParsers.BoolRemedy, value => options.Fingerprints = value);
        SessionTicketReader.Read(section.Section(nameof(options.SessionTickets)), options.SessionTickets);
        RevocationReader.Read(section.Section(nameof(options.Revocation)), options.Revocation);
        AdmissionReader.Read(section.Section(nameof(options.Admission)), options.Admission);
        options.KeyLogFile = section.Text(nameof(options.KeyLogFile));
        section.Read<bool>(
            nameof(options.AllowKeyLogOutsideDevelopment), bool.TryParse, OptionParsers.BoolRemedy, value => options.AllowKeyLogOutsideDevelopment = value);
        foreach (var (name, host) in section.Sections(nameof(options.Hosts)) ?? [])
        {
            var hostOptions = new AeronetTlsHostOptions();
            options.Hosts[name] = hostOptions;
            ReadHost(host, hostOptions);
            host.RejectUnknown();
        }

        section.RejectUnknown();
    }

    private void ReadHost(OptionSection section, AeronetTlsHostOptions host)
    {
        ReadCertificates(section, host);
        StaplingReader.Read(section.Section(nameof(host.OcspStapling)), host.OcspStapling);
        section.Read<SslProtocols>(nameof(host.Protocols), OptionParsers.TryParseProtocols, OptionParsers.ProtocolsRemedy, value => host.Protocols = value);
        section.Read<TlsCipherPolicy>(nameof(host.CipherPolicy), OptionParsers.TryParseName, OptionParsers.RemedyOf<TlsCipherPolicy>(), value => host.CipherPolicy = value);
        host.CipherList = section.Names(nameof(host.CipherList));
        host.CipherSuites = section.Names(nameof(host.CipherSuites));
        host.Groups = section.Names(nameof(host.Groups));
        section.Read<bool>(nameof(host.RequirePostQuantum), bool.TryParse, OptionParsers.BoolRemedy, value => host.RequirePostQuantum = value);
        host.SignatureAlgorithms = section.Names(nameof(host.SignatureAlgorithms));
        section.Read<HttpProtocols>(nameof(host.HttpProtocols), OptionParsers.TryParseHttpProtocols, OptionParsers.HttpProtocolsRemedy, value => host.HttpProtocols = value);
        section.Read<TlsClientCertificates>(
            nameof(host.ClientCertificates), OptionParsers.TryParseName, OptionParsers.RemedyOf<TlsClientCertificates>(), value => host.ClientCertificates = value);
        TrustFiles.ReadAuthorities(section, nameof(host.TrustedClientAuthorities), _contentRoot, host.TrustedClientAuthorities, _settings.Files);
        TrustFiles.ReadRevocationLists(section, nameof(host.RevocationLists), _contentRoot, host.RevocationLists, _settings.Files);
        foreach (var (_, url) in section.Texts(nameof(host.RevocationUrls)) ?? [])
        {
            host.RevocationUrls.Add(url);
        }

        section.Read<TlsRevocationFailure>(
            nameof(host.RevocationFailure), OptionParsers.TryParseName, OptionParsers.RemedyOf<TlsRevocationFailure>(), value => host.RevocationFailure = value);
    }

    private void ReadCertificates(OptionSection section, AeronetTlsHostOptions host)
    {
        const string One = "Certificate";
        const string Several = nameof(AeronetTlsHostOptions.Certificates);
        if (section.Section(One) is { } certificate)
        {
            ReadCertificate(certificate, host);
        }

        var certificates = section.Sections(Several);
        if (certificates is { Count: 0 })
        {
            section.Fail(Several, "is empty: give it a certificate, or remove it.");
        }

        foreach (var (_, each) in certificates ?? [])
        {
            ReadCertificate(each, host);
        }
    }

    private void ReadCertificate(OptionSection section, AeronetTlsHostOptions host) =>
        CertificateReader.ReadInto(section, _contentRoot, host, _settings);
}
