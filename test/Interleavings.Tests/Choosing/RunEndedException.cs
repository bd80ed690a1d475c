namespace Aeronet.AspNetCore.Interleavings.Tests.Choosing;

/// <summary>Ends a party that still waits when the run is over.</summary>
internal sealed class RunEndedException() : Exception("The run is over.");
