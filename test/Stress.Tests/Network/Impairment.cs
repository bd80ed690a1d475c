namespace Aeronet.AspNetCore.Stress.Tests.Network;

/// <summary>What a link does to the packets that cross it, in both directions.</summary>
/// <param name="Delay">How long each is on the way.</param>
/// <param name="Lost">How many of a thousand never arrive.</param>
/// <param name="Overtaking">How many of a thousand are not delayed, and so arrive before those sent earlier.</param>
/// <param name="Mtu">The longest packet, in bytes.</param>
internal sealed record Impairment(TimeSpan Delay = default, int Lost = 0, int Overtaking = 0, int Mtu = 1500);
