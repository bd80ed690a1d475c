namespace Aeronet.AspNetCore.Transport;

/// <summary>How far a server is that leaves; see <see cref="IAeronetDrain"/>.</summary>
public enum AeronetDrainPhase
{
    /// <summary>It serves, and nobody has told it to leave.</summary>
    Serving,

    /// <summary>It accepts and serves, and clients and balancers are told to go elsewhere.</summary>
    Draining,

    /// <summary>It accepts no more. Connections end.</summary>
    Closing,

    /// <summary>No connection is left.</summary>
    Drained,
}
