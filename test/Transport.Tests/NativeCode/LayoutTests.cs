using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.NativeCode;

/// <summary>The sizes and offsets of the kernel's structures on 64-bit Linux.</summary>
public sealed unsafe class LayoutTests
{
    [Fact]
    public void Structures_SizesAreTheKernels()
    {
        Assert.Equal(8, nint.Size);
        Assert.Equal(16, sizeof(Libc.IoVec));
        Assert.Equal(56, sizeof(Libc.MsgHdr));
        Assert.Equal(8, sizeof(Libc.Linger));
        Assert.Equal(8, sizeof(Libc.PollFd));
    }

    [Fact]
    public void Structures_OffsetsAreTheKernels()
    {
        var header = default(Libc.MsgHdr);
        var start = (byte*)&header;
        Assert.Equal(0, (byte*)&header.Name - start);
        Assert.Equal(8, (byte*)&header.NameLength - start);
        Assert.Equal(16, (byte*)&header.Vectors - start);
        Assert.Equal(24, (byte*)&header.VectorCount - start);
        Assert.Equal(32, (byte*)&header.Control - start);
        Assert.Equal(40, (byte*)&header.ControlLength - start);
        Assert.Equal(48, (byte*)&header.Flags - start);

        var vector = default(Libc.IoVec);
        Assert.Equal(8, (byte*)&vector.Length - (byte*)&vector);
        var poll = default(Libc.PollFd);
        Assert.Equal(4, (byte*)&poll.Events - (byte*)&poll);
        Assert.Equal(6, (byte*)&poll.Returned - (byte*)&poll);
    }

    [Fact]
    public void LoopCounters_OwnCacheLines()
    {
        Assert.Equal(256, Unsafe.SizeOf<LoopCounters>());
        var counters = default(LoopCounters);
        Assert.Equal(64, (byte*)&counters.BytesReceived - (byte*)&counters);
        Assert.True((byte*)&counters.BusyTicks - (byte*)&counters <= 256 - 64 - sizeof(long));
    }

    [Fact]
    public void EpollEvent_StrideIsTheArchitectures()
    {
        var packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

        Assert.Equal(packed, EpollEventBuffer.IsPacked);
        Assert.Equal(packed ? 12 : 16, EpollEventBuffer.Stride);
    }

    [Fact]
    public void EpollEventBuffer_FilledByTheKernel_EveryTokenAndEventIsRead()
    {
        using var epoll = EpollHandle.TryCreate(out _)!;
        using var buffer = new EpollEventBuffer(16);
        var pairs = Enumerable.Range(0, 5).Select(_ => new SocketPair()).ToArray();
        var expected = new Dictionary<ulong, EpollEvents>();
        for (var i = 0; i < pairs.Length; i++)
        {
            var token = 0x0123_4567_89AB_CD00ul + (ulong)i;
            Assert.Equal(0, pairs[i].Handle.Register(epoll, EpollEvents.In | EpollEvents.Out, token, modify: false));
            Assert.Equal(Errno.EEXIST, pairs[i].Handle.Register(epoll, EpollEvents.In, token, modify: false));
            expected[token] = EpollEvents.Out;
            if (i % 2 == 0)
            {
                pairs[i].Peer.Send("x"u8);
                expected[token] |= EpollEvents.In;
            }
        }

        var count = epoll.Wait(buffer, 1000);

        Assert.Equal(expected, Enumerable.Range(0, count).Select(i => buffer[i]).ToDictionary(e => e.Token, e => e.Events));
        Assert.True(epoll.HasEvents());
        foreach (var pair in pairs)
            pair.Dispose();

        Assert.False(epoll.HasEvents());
    }

    [Fact]
    public void WakeHandle_EverySignalIsAnEdge()
    {
        using var epoll = EpollHandle.TryCreate(out _)!;
        using var wake = WakeHandle.TryCreate(out _)!;
        using var buffer = new EpollEventBuffer(4);
        Assert.Equal(0, epoll.Add(wake.Fd, EpollEvents.In | EpollEvents.EdgeTriggered, 42));
        Assert.Equal(0, epoll.Wait(buffer, 0));
        for (var i = 0; i < 5; i++)
        {
            wake.Signal();
            Assert.Equal(1, epoll.Wait(buffer, 1000));
            Assert.Equal((EpollEvents.In, 42ul), buffer[0]);
            Assert.Equal(0, epoll.Wait(buffer, 0));
        }

        wake.Dispose();
        wake.Signal();
    }

    [Fact]
    public void FileTypes_RegularFileSocketAndOthers()
    {
        using var file = PatternFile.Create(1234);
        using var handle = File.OpenHandle(file.FullPath);
        Assert.True(FileTypes.TryGetRegularFileSize(handle, out var size));
        Assert.Equal(1234, size);
        Assert.False(FileTypes.IsSocket(file.FullPath));

        using var device = File.OpenHandle("/dev/null");
        Assert.False(FileTypes.TryGetRegularFileSize(device, out _));
        Assert.False(FileTypes.IsSocket("/nowhere/at/all"));

        var path = Path.Combine(file.Folder, "s");
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        Assert.True(FileTypes.IsSocket(path));

        // The link itself is none.
        File.CreateSymbolicLink(path + "-link", path);
        Assert.False(FileTypes.IsSocket(path + "-link"));
    }

    [Fact]
    public void ProcessLimits_OpenFiles_AsTheShellSays() => Assert.InRange(ProcessLimits.OpenFiles()!.Value, 20ul, ulong.MaxValue);
}
