using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>The kernel's own events, read only while the gate is open.</summary>
internal sealed class GatedEvents : IDirectoryEvents
{
    private readonly ManualResetEventSlim _gate = new(initialState: true);
    private readonly IDirectoryEvents _inner;

    private GatedEvents(IDirectoryEvents inner) => _inner = inner;

    public bool IsDisposed { get; private set; }

    public static GatedEvents Create()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs inotify.");
        Assert.SkipUnless(Inotify.TryCreate(out var inner) == 0, "No inotify instance is left.");
        return new GatedEvents(inner!);
    }

    public void Close() => _gate.Reset();

    public void Open() => _gate.Set();

    public int Watch(SafeFileHandle directory) => _inner.Watch(directory);

    public void Unwatch(int watch) => _inner.Unwatch(watch);

    public int Read(Span<byte> buffer)
    {
        var length = _inner.Read(buffer);
        _gate.Wait();
        return length;
    }

    public void Wake() => _inner.Wake();

    public void Dispose()
    {
        IsDisposed = true;
        _inner.Dispose();
        _gate.Dispose();
    }
}
