using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.SendFile;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>What a run has to put in or look at that the transport shows nobody.</summary>
internal static class Internals
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_channel")]
    internal static extern ref ByteChannel ChannelOf(ConnectionInput input);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_channel")]
    internal static extern ref ByteChannel ChannelOf(ConnectionOutput output);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_drained")]
    internal static extern ref TaskCompletionSource? DrainedOf(ConnectionOutput output);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_region")]
    internal static extern ref FileRegion? RegionOf(ConnectionOutput output);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_state")]
    internal static extern ref int StateOf(SocketHandle socket);

    /// <summary>The references on the handle above the lowest two bits.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_state")]
    internal static extern ref int StateOf(SafeHandle handle);
}
