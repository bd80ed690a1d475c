namespace Aeronet.AspNetCore.StaticFiles.Files.Directories;

/// <summary>Which names are listed: those that a request could ask for and get.</summary>
/// <param name="serveHidden">Whether names may begin with a dot.</param>
/// <param name="isServedType">Whether a file of that name has a content type that is served; null when every type is.</param>
internal sealed class EntryRules(bool serveHidden, Func<ReadOnlySpan<byte>, bool>? isServedType)
{
    /// <summary>Whether files and directories of that name are listed.</summary>
    /// <param name="name">Without a slash.</param>
    /// <param name="isAtMount">Whether it is directly below the mount.</param>
    public bool Lists(ReadOnlySpan<byte> name, bool isAtMount)
    {
        if (name is [] or [(byte)'.'] or [(byte)'.', (byte)'.'] || name.Contains((byte)'\\'))
        {
            return false;
        }

        return name[0] != (byte)'.' || serveHidden || (isAtMount && name.SequenceEqual(".well-known"u8));
    }

    /// <summary>Whether a regular file of that name, one that <see cref="Lists"/> let pass, is listed.</summary>
    public bool ListsFile(ReadOnlySpan<byte> name) => isServedType is null || isServedType(name);
}
