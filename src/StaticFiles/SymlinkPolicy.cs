namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>What happens when a component of a requested path is a symbolic link.</summary>
public enum SymlinkPolicy
{
    /// <summary>A path with a symbolic link in it is not found.</summary>
    Deny,

    /// <summary>
    /// A link is followed as long as no step of the way leaves the root: relative links, and absolute links that begin
    /// with the root's own path. Any other is not found. The default.
    /// </summary>
    InsideRoot,

    /// <summary>
    /// Links are followed wherever they lead. Whoever can create a link in the root then decides what the server
    /// reads. Links of procfs that stand for open files (<c>RESOLVE_NO_MAGICLINKS</c>, openat2(2)) stay refused.
    /// </summary>
    Follow,
}
