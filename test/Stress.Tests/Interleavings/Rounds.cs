using System.Globalization;

namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>How tests that draw at random are repeated.</summary>
internal static class Rounds
{
    /// <summary>How long they draw: <c>AERONET_RACE_SECONDS</c>, or three seconds.</summary>
    internal static TimeSpan Duration { get; } = TimeSpan.FromSeconds(Number("AERONET_RACE_SECONDS") ?? 3);

    /// <summary>Where they begin: <c>AERONET_SEED</c>, or anywhere.</summary>
    internal static int Seed() => Number("AERONET_SEED") ?? Random.Shared.Next();

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
