namespace Aeronet.Testing;

/// <summary>The transport under Kestrel.</summary>
public enum TransportKind
{
    /// <summary>Kestrel's own sockets transport.</summary>
    Sockets,

    /// <summary>The Aeronet transport.</summary>
    Aeronet,
}
