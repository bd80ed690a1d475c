using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Messages between processes that carry a descriptor (unix(7), SCM_RIGHTS).</summary>
internal static unsafe class DescriptorPassing
{
    /// <summary>Room for more than any message carries, so that a surplus is received, and closed, instead of cut off.</summary>
    private const int MostReceived = 8;

    /// <summary>Sends one message, with a duplicate of <paramref name="passed"/> where there is one. Never waits.</summary>
    internal static IoResult Send(SafeHandle socket, ReadOnlySpan<byte> content, SafeHandle? passed)
    {
        var length = Libc.ControlHeaderSize + sizeof(int);
        var control = stackalloc byte[SpaceFor(1)];
        var heldSocket = false;
        var heldPassed = false;
        try
        {
            socket.DangerousAddRef(ref heldSocket);
            passed?.DangerousAddRef(ref heldPassed);
            fixed (byte* bytes = content)
            {
                var vector = new Libc.IoVec { Base = bytes, Length = (nuint)content.Length };
                var message = new Libc.MsgHdr { Vectors = &vector, VectorCount = 1 };
                if (passed is not null)
                {
                    *(nuint*)control = (nuint)length;
                    ((int*)(control + sizeof(nuint)))[0] = Libc.SOL_SOCKET;
                    ((int*)(control + sizeof(nuint)))[1] = Libc.SCM_RIGHTS;
                    *(int*)(control + Libc.ControlHeaderSize) = (int)passed.DangerousGetHandle();
                    message.Control = control;
                    message.ControlLength = (nuint)SpaceFor(1);
                }

                while (true)
                {
                    var sent = SocketCalls.sendmsg((int)socket.DangerousGetHandle(), &message, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
                    if (sent >= 0)
                    {
                        return IoResult.FromBytes(sent);
                    }

                    var errno = Marshal.GetLastSystemError();
                    if (errno != Errno.EINTR)
                    {
                        return IoResult.FromErrno(errno);
                    }
                }
            }
        }
        finally
        {
            if (heldPassed)
            {
                passed!.DangerousRelease();
            }

            if (heldSocket)
            {
                socket.DangerousRelease();
            }
        }
    }

    /// <summary>
    /// Receives one message. The descriptors it carries, close-on-exec, are the caller's by <paramref name="received"/>, whatever the result. Never waits.
    /// </summary>
    internal static IoResult Receive(SafeHandle socket, Span<byte> buffer, List<DescriptorHandle> received)
    {
        var control = stackalloc byte[SpaceFor(MostReceived)];
        var held = false;
        try
        {
            socket.DangerousAddRef(ref held);
            fixed (byte* bytes = buffer)
            {
                var vector = new Libc.IoVec { Base = bytes, Length = (nuint)buffer.Length };
                while (true)
                {
                    var message = new Libc.MsgHdr { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = (nuint)SpaceFor(MostReceived) };
                    var count = SocketCalls.recvmsg((int)socket.DangerousGetHandle(), &message, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
                    if (count >= 0)
                    {
                        Collect(control, (int)message.ControlLength, received);
                        return IoResult.FromBytes(count);
                    }

                    var errno = Marshal.GetLastSystemError();
                    if (errno != Errno.EINTR)
                    {
                        return IoResult.FromErrno(errno);
                    }
                }
            }
        }
        finally
        {
            if (held)
            {
                socket.DangerousRelease();
            }
        }
    }

    private static void Collect(byte* control, int length, List<DescriptorHandle> received)
    {
        for (var at = 0; at + Libc.ControlHeaderSize <= length;)
        {
            var size = (int)*(nuint*)(control + at);
            if (size < Libc.ControlHeaderSize || size > length - at)
            {
                return;
            }

            var header = (int*)(control + at + sizeof(nuint));
            if (header[0] == Libc.SOL_SOCKET && header[1] == Libc.SCM_RIGHTS)
            {
                foreach (var fd in new ReadOnlySpan<int>(control + at + Libc.ControlHeaderSize, (size - Libc.ControlHeaderSize) / sizeof(int)))
                {
                    received.Add(new DescriptorHandle(fd));
                }
            }

            at += Align(size);
        }
    }

    /// <summary>CMSG_SPACE for so many descriptors.</summary>
    private static int SpaceFor(int descriptors) => Libc.ControlHeaderSize + Align(descriptors * sizeof(int));

    private static int Align(int length) => (length + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1);
}
