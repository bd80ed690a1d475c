using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native.Faults;

/// <summary>
/// Reads a socket as OpenSSL's own BIO does, by <see cref="FaultyCalls"/>. Not where the kernel may take over the keys: OpenSSL asks a
/// socket's own BIO for that.
/// </summary>
internal static unsafe class FaultyReadBio
{
    // BIO_TYPE_SOURCE_SINK with a number of its own, as that of GatherBio.
    private const int Type = 0x400 | 202;

    /// <summary>Beside the descriptor's number: the stream has ended.</summary>
    private const long Ended = 1L << 32;

    private static readonly nint s_method = CreateMethod();

    /// <summary>Has <paramref name="ssl"/> read through one of these, where faults are injected.</summary>
    internal static void Interpose(nint ssl, SocketHandle socket)
    {
        if (FaultPolicy.Current is not null && s_method != 0)
        {
            _ = socket.Lend(ssl, static (ssl, fd) =>
            {
                var bio = OpenSsl.BIO_new(s_method);
                if (bio != 0)
                {
                    OpenSsl.BIO_set_data(bio, fd);
                    OpenSsl.BIO_set_init(bio, 1);
                    OpenSsl.SSL_set0_rbio(ssl, bio);
                }

                return bio != 0;
            });
        }
    }

    private static nint CreateMethod()
    {
        var method = OpenSsl.BIO_meth_new(Type, "socket with faults");
        if (method != 0)
        {
            _ = OpenSsl.BIO_meth_set_read(method, &OnRead);
            _ = OpenSsl.BIO_meth_set_ctrl(method, &OnControl);
        }

        return method;
    }

    [UnmanagedCallersOnly]
    private static int OnRead(nint bio, byte* bytes, int length)
    {
        try
        {
            const int Retry = OpenSsl.BIO_FLAGS_READ | OpenSsl.BIO_FLAGS_SHOULD_RETRY;
            OpenSsl.BIO_clear_flags(bio, Retry);
            var data = (long)OpenSsl.BIO_get_data(bio);
            nint received;
            var errno = 0;
            do
            {
                received = FaultyCalls.recv((int)data, bytes, (nuint)length, Libc.MSG_DONTWAIT);
                errno = received < 0 ? Marshal.GetLastSystemError() : 0;
            }
            while (errno == Errno.EINTR);

            if (received == 0)
            {
                OpenSsl.BIO_set_data(bio, (nint)(data | Ended));
            }
            else if (errno == Errno.EAGAIN)
            {
                OpenSsl.BIO_set_flags(bio, Retry);
            }

            // Last: whoever asks OpenSSL why it failed reads it.
            Marshal.SetLastSystemError(errno);
            return (int)received;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    [UnmanagedCallersOnly]
    private static nint OnControl(nint bio, int command, nint large, nint pointer)
    {
        try
        {
            return command == OpenSsl.BIO_CTRL_FLUSH || (command == OpenSsl.BIO_CTRL_EOF && ((long)OpenSsl.BIO_get_data(bio) & Ended) != 0) ? 1 : 0;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }
}
