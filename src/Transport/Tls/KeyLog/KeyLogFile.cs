using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Tls.KeyLog;

/// <summary>
/// Where the secrets of sessions are written for Wireshark and its like, in the format of NSS (SSLKEYLOGFILE,
/// draft-ietf-tls-keylogfile). Whoever reads it can read what was captured of those sessions.
/// </summary>
internal sealed class KeyLogFile : IThreadPoolWorkItem
{
    // "CLIENT_HANDSHAKE_TRAFFIC_SECRET", a random of 32 bytes and a secret of at most 64, in hex, are below 256.
    private const int MaxLine = 512;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Once _saidFailed = new();

    private KeyLogFile(SafeFileHandle file, string path, ILogger logger) => (_file, _path, _logger) = (file, path, logger);

    /// <summary>Opens the file an endpoint's options name; null when they name none.</summary>
    /// <param name="path">Where it is; null for none.</param>
    /// <param name="name">The option's name in messages.</param>
    /// <param name="isAllowed">Whether this is Development, or the options allow it elsewhere.</param>
    /// <param name="endPoint">The endpoint, for the warning.</param>
    /// <param name="logger">Where the warning goes.</param>
    /// <exception cref="InvalidOperationException">It may not be written; the message says why and what would be right.</exception>
    internal static KeyLogFile? Open(string? path, string name, bool isAllowed, string endPoint, ILogger logger)
    {
        if (path is null)
        {
            return null;
        }

        if (!isAllowed)
        {
            throw new InvalidOperationException(
                $"{name} is '{path}', and the environment is not Development: remove it, or set {nameof(AeronetTlsOptions.AllowKeyLogOutsideDevelopment)}. Whoever has the file can decrypt the traffic.");
        }

        var file = PrivateFile.TryOpen(path, out var problem)
            ?? throw new InvalidOperationException($"{name} is '{path}', which {problem}: name a file of this user alone (mode 0600), or one that is not there yet.");
        TransportLog.KeysAreLogged(logger, endPoint, path);
        return new KeyLogFile(file, path, logger);
    }

    /// <summary>Writes a line. Never throws: OpenSSL calls. Where the disk is full, the lines are missing and the handshakes go on.</summary>
    internal void Append(ReadOnlySpan<byte> line)
    {
        Span<byte> whole = stackalloc byte[MaxLine];
        if (line.Length < MaxLine)
        {
            line.CopyTo(whole);
            whole[line.Length] = (byte)'\n';
        }

        var written = line.Length < MaxLine && PrivateFile.TryAppend(_file, whole[..(line.Length + 1)]);
        whole.Clear();
        if (!written && _saidFailed.TryTake())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => TransportLog.KeyLogFailed(_logger, _path);
}
