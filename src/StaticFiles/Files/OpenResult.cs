using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>What opening a path below the root came to; with <see cref="OpenOutcome.File"/> the caller owns the handle.</summary>
internal readonly record struct OpenResult(OpenOutcome Outcome, SafeFileHandle? Handle = null, FileStat Stat = default);
