namespace Aeronet.Testing;

/// <summary>How the server ended a connection, as the client saw it.</summary>
public enum ConnectionEnd
{
    /// <summary>An orderly end: FIN.</summary>
    Finished,

    /// <summary>An abortive one: RST.</summary>
    Reset,
}
