using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Certificates;

/// <summary>
/// Tells that something may have changed in folders. A hint and no more: what cannot be watched (too many, a network's file system, no
/// inotify instance left) is found by whoever looks from time to time. Not for several threads.
/// </summary>
internal sealed class FolderWatch(Action changed, ILogger logger) : IDisposable
{
    // Each takes an inotify instance, of which a user has 128 (inotify(7)).
    private const int MaxFolders = 16;

    private readonly Dictionary<string, FileSystemWatcher?> _watchers = [];

    /// <summary>Watches these and no others. A folder that could not be watched is tried again after it was left out once.</summary>
    internal void Watch(IReadOnlySet<string> folders)
    {
        foreach (var (folder, watcher) in _watchers.Where(each => !folders.Contains(each.Key)).ToArray())
        {
            watcher?.Dispose();
            _watchers.Remove(folder);
        }

        foreach (var folder in folders.Where(folder => _watchers.Count < MaxFolders && !_watchers.ContainsKey(folder)))
        {
            _watchers.Add(folder, TryWatch(folder));
        }
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers.Values)
        {
            watcher?.Dispose();
        }

        _watchers.Clear();
    }

    private FileSystemWatcher? TryWatch(string folder)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.Attributes,
            };
            watcher.Changed += (_, _) => changed();
            watcher.Created += (_, _) => changed();
            watcher.Deleted += (_, _) => changed();
            watcher.Renamed += (_, _) => changed();
            watcher.Error += (_, _) => changed();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            CertificateLog.NotWatched(logger, folder, e.Message);
            return null;
        }
    }
}
