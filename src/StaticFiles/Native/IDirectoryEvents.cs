using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>Tells of names that come, go and move in directories: <see cref="Inotify"/>, or what stands in for it in tests.</summary>
internal interface IDirectoryEvents : IDisposable
{
    /// <summary>Watches a directory, from before this returns. Of a directory that is watched it is the same number again.</summary>
    /// <returns>The watch's number, or the negative errno.</returns>
    int Watch(SafeFileHandle directory);

    /// <summary>Ends a watch. Events of it may still come, the last of them being <see cref="InotifyEvent.IN_IGNORED"/>.</summary>
    void Unwatch(int watch);

    /// <summary>Waits for events. One thread at a time.</summary>
    /// <returns>How many bytes of <paramref name="buffer"/> are events, as inotify(7) lays them out, or the negative errno.</returns>
    int Read(Span<byte> buffer);

    /// <summary>Makes the thread that waits come back with an event.</summary>
    void Wake();
}
