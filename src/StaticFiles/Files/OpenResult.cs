using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>What opening a path below the root came to; with <see cref="OpenOutcome.File"/> the caller owns the handle.</summary>
/// <param name="Outcome">What it came to.</param>
/// <param name="Handle">The file.</param>
/// <param name="Stat">What the descriptor told.</param>
/// <param name="ContentHash">Hash of the content, in hexadecimal, where all of it was read anyhow.</param>
internal readonly record struct OpenResult(
    OpenOutcome Outcome, SafeFileHandle? Handle = null, FileStat Stat = default, string? ContentHash = null);
