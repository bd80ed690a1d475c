using System.Buffers;
using System.Text.Unicode;

namespace Aeronet.AspNetCore.StaticFiles.Names;

/// <summary>
/// A request path below the mount as the bytes of a file name, or the verdict that it can name no file. What passes has only
/// plain components: none empty, none dots, no backslash, no NUL, valid UTF-8.
/// </summary>
internal ref struct RelativePath
{
    /// <summary>Linux's PATH_MAX, the final NUL included.</summary>
    public const int MaxBytes = 4096;

    private const string WellKnown = ".well-known";
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\\0");

    private readonly Span<byte> _buffer;
    private int _length;

    private RelativePath(Span<byte> buffer, int length, bool isDirectory)
    {
        _buffer = buffer;
        _length = length;
        IsDirectory = isDirectory;
    }

    /// <summary>Whether the path ends with a slash, and so asks for a directory.</summary>
    public bool IsDirectory { get; }

    /// <summary>Whether this is the mount itself.</summary>
    public readonly bool IsRoot => _length == 0;

    /// <summary>The bytes with a NUL behind them, without slashes at either end.</summary>
    public readonly ReadOnlySpan<byte> Terminated => _buffer[..(_length + 1)];

    /// <summary>The same without the last component, the slash before it and the NUL; empty for what is in the root.</summary>
    public readonly ReadOnlySpan<byte> Directory => _buffer[..Math.Max(_buffer[.._length].LastIndexOf((byte)'/'), 0)];

    /// <summary>Reads what follows the mount in <paramref name="requestPath"/> into <paramref name="buffer"/>.</summary>
    /// <param name="requestPath">The decoded request path, as ASP.NET gives it.</param>
    /// <param name="mountLength">How much of it is the mount's own path: a slash and a name, or nothing.</param>
    /// <param name="serveHidden">Whether components may begin with a dot.</param>
    /// <param name="buffer">At least <see cref="MaxBytes"/> long.</param>
    /// <param name="path">The result; it lives in the buffer.</param>
    public static bool TryRead(string requestPath, int mountLength, bool serveHidden, Span<byte> buffer, out RelativePath path)
    {
        path = default;
        var rest = requestPath.AsSpan(mountLength);
        if (rest.IsEmpty)
        {
            buffer[0] = 0;
            path = new RelativePath(buffer, 0, isDirectory: false);
            return true;
        }

        if (rest[0] != '/' || rest.ContainsAny(Forbidden))
        {
            return false;
        }

        rest = rest[1..];
        var isDirectory = rest.IsEmpty || rest[^1] == '/';
        if (!rest.IsEmpty && isDirectory)
        {
            rest = rest[..^1];

            // "//": not the mount's root under another name.
            if (rest.IsEmpty)
            {
                return false;
            }
        }

        if (!HasPlainComponents(rest, serveHidden)
            || Utf8.FromUtf16(rest, buffer[..(MaxBytes - 1)], out _, out var length, replaceInvalidSequences: false)
                != OperationStatus.Done)
        {
            return false;
        }

        buffer[length] = 0;
        path = new RelativePath(buffer, length, isDirectory);
        return true;
    }

    /// <summary>Replaces what follows the first <paramref name="directoryLength"/> bytes by a file name.</summary>
    public bool TrySetFileName(int directoryLength, ReadOnlySpan<byte> name)
    {
        var start = directoryLength == 0 ? 0 : directoryLength + 1;
        if (start + name.Length >= MaxBytes)
        {
            return false;
        }

        if (start > 0)
        {
            _buffer[directoryLength] = (byte)'/';
        }

        name.CopyTo(_buffer[start..]);
        _length = start + name.Length;
        _buffer[_length] = 0;
        return true;
    }

    /// <summary>Puts something behind the file name.</summary>
    public bool TryAppend(ReadOnlySpan<byte> suffix)
    {
        if (_length + suffix.Length >= MaxBytes)
        {
            return false;
        }

        suffix.CopyTo(_buffer[_length..]);
        _length += suffix.Length;
        _buffer[_length] = 0;
        return true;
    }

    /// <summary>Takes the last <paramref name="count"/> bytes away.</summary>
    public void RemoveLast(int count)
    {
        _length -= count;
        _buffer[_length] = 0;
    }

    // Empty components are refused and not merged: every file has one path, and no redirect can begin with two slashes.
    private static bool HasPlainComponents(ReadOnlySpan<char> path, bool serveHidden)
    {
        if (path.IsEmpty)
        {
            return true;
        }

        var isFirst = true;
        foreach (var range in path.Split('/'))
        {
            var name = path[range];
            if (name is [] or ['.'] or ['.', '.'])
            {
                return false;
            }

            if (name[0] == '.' && !serveHidden && !(isFirst && name.SequenceEqual(WellKnown)))
            {
                return false;
            }

            isFirst = false;
        }

        return true;
    }
}
