using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Listening;
using Loop = Aeronet.AspNetCore.Transport.EventLoop.EventLoop;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>What only a test wants to see of a running transport.</summary>
internal static class TransportInternals
{
    internal static IReadOnlyList<Loop> LoopsOf(AeronetConnectionListenerFactory factory) =>
        Services(factory)?.Loops.Loops ?? throw new InvalidOperationException("The transport is not running.");

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_services")]
    private static extern ref TransportServices? Services(AeronetConnectionListenerFactory factory);
}
