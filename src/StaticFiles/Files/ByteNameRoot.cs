using Aeronet.AspNetCore.StaticFiles.Names;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Opens names that are no UTF-8 as well: their bytes reach the middleware as the escapes of the request, which name another file
/// only if there is one.
/// </summary>
internal sealed class ByteNameRoot(IFileRoot inner) : IFileRoot
{
    public string Strategy => inner.Strategy;

    public OpenResult Open(ReadOnlySpan<byte> path)
    {
        var result = inner.Open(path);
        return result.Outcome == OpenOutcome.NotFound && path.Contains((byte)'%') ? OpenRestored(path) : result;
    }

    public bool TryStat(SafeFileHandle file, out FileStat stat) => inner.TryStat(file, out stat);

    public bool StillLeadsTo(string path, in FileStat stat) => inner.StillLeadsTo(path, stat);

    private OpenResult OpenRestored(ReadOnlySpan<byte> path)
    {
        Span<byte> restored = stackalloc byte[path.Length];
        return UndecodedBytes.TryRestore(path, restored, out var length)
            ? inner.Open(restored[..length])
            : new OpenResult(OpenOutcome.NotFound);
    }
}
