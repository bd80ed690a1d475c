using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>An endpoint's options, and what is known of where they came from.</summary>
internal sealed class TlsSettings
{
    internal AeronetTlsOptions Options { get; } = new();

    /// <summary>The configuration section the options were read from; null when they are the code's alone.</summary>
    internal string? Section { get; init; }

    /// <summary>Where the certificates came from that were not given in code.</summary>
    internal Dictionary<X509Certificate2, CertificateOrigin> Origins { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The private keys that OpenSSL read: also those that the framework has no type for.</summary>
    internal Dictionary<X509Certificate2, PrivateKeyHandle> Keys { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The files that were read for it.</summary>
    internal ReadFiles Files { get; init; } = new();

    /// <summary>The files with private keys that every user of the machine can read.</summary>
    internal List<string> ExposedKeyFiles { get; } = [];

    /// <summary>
    /// Whether hosts are found as in Kestrel's Sni sections: a wildcard covers any number of labels, and where unknown hosts
    /// are refused, so is a client that names none.
    /// </summary>
    internal bool KestrelHostRules { get; set; }

    /// <summary>Whether an <see cref="ITlsRevocationChecker"/> is among the services.</summary>
    internal bool HasRevocationChecker { get; set; }

    /// <summary>An option's name in messages: its key in the configuration, or its property.</summary>
    internal string NameOf(string option, string? host = null) => (Section, host) switch
    {
        (null, null) => $"TLS option {option}",
        (null, _) => $"TLS option Hosts['{host}'].{option}",
        (_, null) => $"{Section}:{option}",
        _ => $"{Section}:Hosts:{host}:{option}",
    };
}
