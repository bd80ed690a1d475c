using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>The directory that is served: the one place where files are opened.</summary>
internal interface IFileRoot
{
    /// <summary>How files are opened, for the log.</summary>
    string Strategy { get; }

    /// <summary>Opens a file beneath the root. Ordinary failures are values.</summary>
    /// <param name="path">Relative to the root, UTF-8, components neither empty nor dots, with one NUL byte at the end.</param>
    OpenResult Open(ReadOnlySpan<byte> path);

    /// <summary>Looks at an open file again.</summary>
    bool TryStat(SafeFileHandle file, out FileStat stat);

    /// <summary>Whether a path still leads to that version, where that can be told for less than opening it again costs.</summary>
    /// <param name="path">Relative to the root.</param>
    /// <param name="stat">What opening it told.</param>
    bool StillLeadsTo(string path, in FileStat stat) => false;
}
