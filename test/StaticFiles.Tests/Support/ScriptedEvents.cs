using System.Collections.Concurrent;
using System.Text;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>Stands in for the kernel where it would have to be short of something, or slow.</summary>
internal sealed class ScriptedEvents : IDirectoryEvents
{
    private readonly BlockingCollection<byte[]> _queue = [];

    /// <summary>What a watch comes to; by default numbers from 1.</summary>
    public Func<int>? NextWatch { get; set; }

    public int Watches { get; private set; }

    public ConcurrentQueue<int> Ended { get; } = new();

    public bool IsDisposed { get; private set; }

    public int Watch(SafeFileHandle directory) => NextWatch?.Invoke() ?? ++Watches;

    public void Unwatch(int watch) => Ended.Enqueue(watch);

    public int Read(Span<byte> buffer)
    {
        var next = _queue.Take();
        next.CopyTo(buffer);
        return next.Length == 0 ? -Errno.ENOMEM : next.Length;
    }

    public void Wake() => Send(-1, 0);

    /// <summary>Fails the read.</summary>
    public void Break() => _queue.Add([]);

    public void Send(int watch, uint mask, string name = "")
    {
        var length = name.Length == 0 ? 0 : (name.Length + 16) / 16 * 16;
        var bytes = new byte[InotifyEvent.HeadLength + length];
        BitConverter.TryWriteBytes(bytes, watch);
        BitConverter.TryWriteBytes(bytes.AsSpan(4), mask);
        BitConverter.TryWriteBytes(bytes.AsSpan(12), length);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(16));
        _queue.Add(bytes);
    }

    public void Dispose() => IsDisposed = true;
}
