namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>What a kernel takes over from a TLS library, by version of TLS.</summary>
[Flags]
internal enum KernelTlsAbilities
{
    None = 0,
    SendTls12 = 1,
    ReceiveTls12 = 2,
    SendTls13 = 4,
}
