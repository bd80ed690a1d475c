using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Stress.Tests.Network;

/// <summary>A network interface whose packets this process reads and writes (Linux, networking/tuntap). It is gone when it is closed.</summary>
internal sealed partial class TunDevice : IDisposable
{
    public const string Path = "/dev/net/tun";

    private const nuint SetInterface = 0x400454ca; // TUNSETIFF
    private const short Tun = 0x0001; // IFF_TUN: packets of IP, without a link layer
    private const short NoPacketInformation = 0x1000; // IFF_NO_PI
    private const int NameLength = 16; // IFNAMSIZ
    private const int RequestLength = 40; // struct ifreq
    private const short Readable = 1; // POLLIN

    private readonly SafeFileHandle _file;

    public TunDevice(string name)
    {
        _file = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var request = new byte[RequestLength];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(NameLength), (short)(Tun | NoPacketInformation));
        if (ioctl(_file, SetInterface, request) != 0)
        {
            var error = new Win32Exception(Marshal.GetLastPInvokeError());
            _file.Dispose();
            throw error;
        }
    }

    /// <summary>Waits for a packet for at most 50 ms; 0 when none has come.</summary>
    public int Read(Span<byte> packet)
    {
        var wanted = new PollDescriptor { Descriptor = (int)_file.DangerousGetHandle(), Events = Readable };
        return poll(ref wanted, 1, 50) > 0 ? (int)Math.Max(0, read(_file, packet, (nuint)packet.Length)) : 0;
    }

    /// <summary>Has a packet arrive. One that the interface has no room for is lost, as on any link.</summary>
    public void Write(ReadOnlySpan<byte> packet) => _ = write(_file, packet, (nuint)packet.Length);

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle file, nuint request, byte[] argument);

    [LibraryImport("libc")]
    private static partial nint read(SafeFileHandle file, Span<byte> packet, nuint length);

    [LibraryImport("libc")]
    private static partial nint write(SafeFileHandle file, ReadOnlySpan<byte> packet, nuint length);

    [LibraryImport("libc")]
    private static partial int poll(ref PollDescriptor descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
