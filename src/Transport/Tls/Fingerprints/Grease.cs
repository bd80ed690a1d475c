namespace Aeronet.AspNetCore.Transport.Tls.Fingerprints;

/// <summary>The values that clients make up so that servers learn to ignore the unknown (RFC 8701): 0x0A0A, 0x1A1A, to 0xFAFA.</summary>
internal static class Grease
{
    internal static bool Is(ushort value) => (value & 0x0F0F) == 0x0A0A && value >> 8 == (value & 0xFF);
}
