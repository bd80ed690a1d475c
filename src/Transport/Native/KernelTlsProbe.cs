using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Asks the kernel what it does of TLS (Documentation/networking/tls.rst), on sockets made for it. At start only.</summary>
internal static unsafe class KernelTlsProbe
{
    private const ushort TLS_CIPHER_AES_GCM_128 = 51;

    private static ReadOnlySpan<byte> ProtocolName => "tls"u8;

    /// <summary>What the kernel takes, asked with AES-128-GCM, the first cipher it had.</summary>
    internal static KernelTlsAbilities Ask()
    {
        if (!HasTls())
        {
            return KernelTlsAbilities.None;
        }

        var (one, other) = ConnectPair();
        using (one)
        using (other)
        {
            return (Takes(one, Libc.TLS_TX, OpenSsl.TLS1_2_VERSION) ? KernelTlsAbilities.SendTls12 : 0)
                | (Takes(one, Libc.TLS_RX, OpenSsl.TLS1_2_VERSION) ? KernelTlsAbilities.ReceiveTls12 : 0)
                | (Takes(other, Libc.TLS_TX, OpenSsl.TLS1_3_VERSION) ? KernelTlsAbilities.SendTls13 : 0);
        }
    }

    /// <summary>Two ends of a connection over the loopback interface.</summary>
    internal static (Socket One, Socket Other) ConnectPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        one.Connect(listener.LocalEndPoint!);
        return (one, listener.Accept());
    }

    // Asking a socket makes the kernel load the module. One that is not connected answers ENOTCONN where there is TLS and
    // ENOENT where there is none.
    private static bool HasTls()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        fixed (byte* name = ProtocolName)
        {
            return Libc.setsockopt((int)socket.Handle, Libc.IPPROTO_TCP, Libc.TCP_ULP, name, (uint)ProtocolName.Length) == 0
                || Marshal.GetLastSystemError() == Errno.ENOTCONN;
        }
    }

    private static bool Takes(Socket socket, int direction, int version)
    {
        // struct tls12_crypto_info_aes_gcm_128 (linux/tls.h): version, cipher, and 36 bytes of keys, here zero.
        Span<byte> keys = stackalloc byte[40];
        MemoryMarshal.Write(keys, (ushort)version);
        MemoryMarshal.Write(keys[2..], TLS_CIPHER_AES_GCM_128);
        try
        {
            if (direction == Libc.TLS_TX)
            {
                socket.SetRawSocketOption(Libc.IPPROTO_TCP, Libc.TCP_ULP, ProtocolName);
            }

            socket.SetRawSocketOption(Libc.SOL_TLS, direction, keys);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
