using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.NativeCode;

public sealed class SocketHandleTests
{
    [Fact]
    public void SendAndReceive_Bytes_WouldBlock_EndOfStream()
    {
        using var pair = new SocketPair();
        var buffer = new byte[16];

        Assert.True(pair.Handle.Receive(buffer).IsWouldBlock);
        Assert.Equal(5, pair.Handle.Send("hello"u8, more: false).Bytes);
        Assert.Equal(5, pair.Peer.Receive(buffer));
        pair.Peer.Send("you"u8);
        Assert.Equal(3, pair.Handle.UnreadBytes());
        Assert.Equal(3, pair.Handle.Receive(buffer).Bytes);
        pair.Peer.Dispose();
        Assert.Equal(0, pair.Handle.Receive(buffer).Bytes);
        Assert.True(pair.Handle.Send("x"u8, more: false).IsPeerGone);
    }

    [Fact]
    public void Send_SocketIsFull_WouldBlock()
    {
        using var pair = new SocketPair();
        var block = new byte[64 * 1024];
        IoResult result;
        do
        {
            result = pair.Handle.Send(block, more: false);
        }
        while (result.IsSuccess);

        Assert.True(result.IsWouldBlock, result.ToString());
    }

    [Fact]
    public void Close_Again_AndCallsAfterIt_AreHarmless()
    {
        using var pair = new SocketPair();
        pair.Handle.Close();
        pair.Handle.Close();

        Assert.True(pair.Handle.IsClosed);
        Assert.Equal(Errno.EBADF, pair.Handle.Receive(new byte[1]).Errno);
        Assert.Equal(Errno.EBADF, pair.Handle.Send(new byte[1], more: false).Errno);
        Assert.Equal(0, pair.Handle.UnreadBytes());
        Assert.Null(pair.Handle.GetLocalEndPoint());
        pair.Handle.ShutdownSend();
        pair.Handle.ResetOnClose();
    }

    [Fact]
    public void Close_WhileUsedByOtherThreads_NoCallReachesTheNumbersNextOwner()
    {
        // Thousands of closes while four threads call; the number is given out anew at once.
        for (var round = 0; round < 300; round++)
        {
            using var pair = new SocketPair();
            var handle = pair.Handle;
            using var ready = new CountdownEvent(4);
            var threads = Enumerable.Range(0, 4).Select(i => new Thread(() =>
            {
                var buffer = new byte[1];
                ready.Signal();
                var result = IoResult.FromBytes(0);
                while (result.Errno != Errno.EBADF)
                    result = i % 2 == 0 ? handle.Send("x"u8, more: false) : handle.Receive(buffer);
            })).ToArray();
            foreach (var thread in threads)
                thread.Start();

            ready.Wait();
            Thread.SpinWait(round * 20);
            handle.Close();

            // One of these gets the number as soon as it is free; a straggler's call would show on it.
            using var next = new SocketPair();
            using var afterNext = new SocketPair();
            foreach (var thread in threads)
                thread.Join();

            foreach (var later in (SocketPair[])[next, afterNext])
            {
                later.Peer.Blocking = false;
                Assert.Equal(0, later.Peer.Available);
                later.Peer.Send("?"u8);
                Assert.Equal(1, later.Handle.UnreadBytes());
            }
        }
    }

    [Fact]
    public void SendFile_OffsetEndAndBytes()
    {
        using var file = PatternFile.Create(10_000);
        using var handle = File.OpenHandle(file.FullPath);
        using var pair = new SocketPair();
        var buffer = new byte[10_000];

        Assert.Equal(100, pair.Handle.SendFile(handle, 9_900, 5_000).Bytes);
        Assert.Equal(100, pair.Peer.Receive(buffer));
        Assert.Equal(-1, Pattern.FindMismatch(buffer.AsSpan(0, 100), 9_900));
        Assert.Equal(0, pair.Handle.SendFile(handle, 10_000, 1).Bytes);
    }

    [Fact]
    public unsafe void ResetOnClose_PeerSeesReset()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        var handle = new SocketHandle(Libc.accept4((int)listener.Handle, null, null, Libc.SOCK_CLOEXEC));

        handle.ResetOnClose();
        handle.Close();

        var thrown = Assert.Throws<SocketException>(() => client.Receive(new byte[1]));
        Assert.Equal(SocketError.ConnectionReset, thrown.SocketErrorCode);
    }
}
