using Aeronet.AspNetCore.Interleavings.Tests.Stages;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Interleavings.Tests.Scenarios;

/// <summary>A short play whose every party comes to its end, whatever the order.</summary>
internal sealed record Scenario(string Name, Action<Stage> Set)
{
    internal Action<AeronetTransportOptions>? Configure { get; init; }
}
