using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Certificates;

/// <summary>An endpoint whose settings can be read again.</summary>
internal interface IReloadableEndpoint
{
    /// <summary>Its address, for messages.</summary>
    string Name { get; }

    /// <summary>Whether it still listens.</summary>
    bool IsBound { get; }

    /// <summary>What it serves by.</summary>
    TlsSettings Current { get; }

    /// <summary>What is known of the certificates it serves with.</summary>
    IReadOnlyList<ServedCertificate> Served { get; }

    /// <summary>The files of the last reading, also of one that failed.</summary>
    ReadFiles Files { get; }

    /// <summary>Whether its configuration says something else than at the last reading.</summary>
    bool IsConfiguredAnew { get; }

    /// <summary>Reads and checks everything, and has the next handshake take it.</summary>
    /// <exception cref="Exception">What is there now cannot be used; the endpoint keeps what it has.</exception>
    void Reload();
}
