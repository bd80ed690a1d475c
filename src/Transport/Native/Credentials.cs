namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Who this process is.</summary>
internal static class Credentials
{
    /// <summary>geteuid(2).</summary>
    internal static uint EffectiveUser() => Libc.geteuid();
}
