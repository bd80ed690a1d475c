using Aeronet.AspNetCore.StaticFiles.Names;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Opens the precompressed files beside an original.</summary>
internal sealed class SiblingFinder(IFileRoot root, IEnumerable<ContentCoding> codings)
{
    private readonly ContentCoding[] _codings = [.. codings];

    /// <summary>Opens those that are current, in order of preference. The path is the original's, and is so again at the end.</summary>
    public OpenedSibling[] Open(ref RelativePath path, in FileStat original)
    {
        List<OpenedSibling>? found = null;
        foreach (var coding in _codings)
        {
            if (!path.TryAppend(coding.Suffix))
            {
                continue;
            }

            var opened = root.Open(path.Terminated);
            path.RemoveLast(coding.Suffix.Length);
            if (opened.Outcome != OpenOutcome.File)
            {
                continue;
            }

            if (IsCurrent(opened.Stat, original))
            {
                (found ??= []).Add(new OpenedSibling(coding, opened));
            }
            else
            {
                opened.Handle!.Dispose();
            }
        }

        return found?.ToArray() ?? [];
    }

    // Older than the original: made of what that was before. Empty: no coding has an empty file, so its writer has just begun.
    private static bool IsCurrent(in FileStat sibling, in FileStat original)
        => sibling.Size > 0
            && (sibling.ModifiedSeconds, sibling.ModifiedNanoseconds).CompareTo((original.ModifiedSeconds, original.ModifiedNanoseconds)) >= 0;
}
