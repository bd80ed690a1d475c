using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>
/// A text file that is read again when it has changed, looked at once a second at most and only when it is used. By its size and
/// times rather than by a watcher: a name that leads through symbolic links to a new file (Kubernetes) is seen too.
/// </summary>
internal sealed class WatchedFile
{
    /// <summary>The largest file that is taken, bytes.</summary>
    public const int MaxBytes = 1 << 20;

    private const long LookInterval = 1000;

    private readonly Func<string, string?>? _findProblem;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private long _nextLook;

    // Guarded by _gate.
    private FileStat _seen;
    private bool _isUnusable;

    private WatchedFile(string path, Func<string, string?>? findProblem, ILogger logger)
        => (Path, _findProblem, _logger) = (path, findProblem, logger);

    public string Path { get; }

    /// <summary>The text as last read. Line ends are as HTML parsers make them, so that hashes agree.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Grows with every new text.</summary>
    public int Version { get; private set; }

    /// <summary>Reads the file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="logger">For what is wrong with it later.</param>
    /// <param name="findProblem">Says what is wrong with a text; null when nothing is.</param>
    /// <exception cref="IOException">It cannot be read, is too large, or something is wrong with its text.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static WatchedFile Open(string path, ILogger logger, Func<string, string?>? findProblem = null)
    {
        var file = new WatchedFile(path, findProblem, logger) { _nextLook = Environment.TickCount64 + LookInterval };
        file.Read();
        return file;
    }

    /// <summary>Looks whether the file has changed, if it is time to. What cannot be read leaves the text as it was.</summary>
    public void Refresh()
    {
        var now = Environment.TickCount64;
        var next = Volatile.Read(ref _nextLook);
        if (now < next || Interlocked.CompareExchange(ref _nextLook, now + LookInterval, next) != next)
        {
            return;
        }

        lock (_gate)
        {
            try
            {
                Read();
                _isUnusable = false;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                if (!_isUnusable)
                {
                    _isUnusable = true;
                    DirectoryIndexLog.FileUnusable(_logger, Path, error.Message);
                }
            }
        }
    }

    private void Read()
    {
        using var handle = File.OpenHandle(Path, share: FileShare.ReadWrite | FileShare.Delete);
        var found = PhysicalFile.Stat(handle);
        if (found == _seen)
        {
            return;
        }

        if (found.Size > MaxBytes)
        {
            throw new IOException($"it has {found.Size} bytes, more than {MaxBytes}");
        }

        var content = PhysicalFile.Read(handle, found.Size);
        if (content.StartsWith(Encoding.UTF8.Preamble))
        {
            content = content[Encoding.UTF8.Preamble.Length..];
        }

        // HTML, "preprocessing the input stream": CR LF and CR become LF; NUL never survives.
        var text = Encoding.UTF8.GetString(content).Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace('\r', '\n').Replace('\0', '\uFFFD');
        if (_findProblem?.Invoke(text) is { } problem)
        {
            throw new IOException(problem);
        }

        Text = text;
        Version++;
        _seen = found;
    }
}
