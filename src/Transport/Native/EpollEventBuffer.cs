using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// An array of <c>struct epoll_event</c> in native memory. The struct is packed to 12 bytes on x86 and x64 and padded
/// to 16 elsewhere, so it is addressed by stride instead of being declared.
/// </summary>
internal sealed unsafe class EpollEventBuffer : IDisposable
{
    private byte* _events;

    internal EpollEventBuffer(int capacity)
    {
        Capacity = capacity;
        _events = (byte*)NativeMemory.AllocZeroed((nuint)(capacity * Stride));
    }

    ~EpollEventBuffer() => Free();

    internal static bool IsPacked => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    internal static int Stride => IsPacked ? 12 : 16;

    private static int DataOffset => IsPacked ? 4 : 8;

    internal int Capacity { get; }

    internal void* Pointer => _events;

    internal (EpollEvents Events, ulong Token) this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var entry = _events + (index * Stride);
            return ((EpollEvents)(*(uint*)entry), Unsafe.ReadUnaligned<ulong>(entry + DataOffset));
        }
    }

    /// <summary>Writes one event at <paramref name="destination"/>, which must have room for 16 bytes.</summary>
    internal static void Write(byte* destination, EpollEvents events, ulong token)
    {
        *(uint*)destination = (uint)events;
        Unsafe.WriteUnaligned(destination + DataOffset, token);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_events);
        _events = null;
    }
}
