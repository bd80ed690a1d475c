using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>Whether this process can do TLS on the socket. A service, so that a test can say no.</summary>
/// <param name="problem">Why it cannot; null when it can.</param>
internal sealed class TlsLibrary(string? problem)
{
    internal static TlsLibrary OfThisProcess { get; } = new(OpenSslLibrary.Problem);

    internal string? Problem => problem;
}
