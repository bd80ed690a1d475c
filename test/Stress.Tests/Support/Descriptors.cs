namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>
/// The open descriptors of this process at one moment, without those that the runtime opens when it pleases and keeps:
/// assemblies, their symbols, and what is below /proc, /sys and /dev.
/// </summary>
internal sealed class Descriptors
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    private Descriptors()
    {
    }

    internal static Descriptors Take()
    {
        var taken = new Descriptors();
        foreach (var descriptor in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (TargetOf(descriptor) is { } target && NameOf(target) is { } name)
                taken._counts[name] = taken.Count(name) + 1;
        }

        return taken;
    }

    /// <summary>How many there are of a kind (<c>socket</c>, <c>anon_inode</c>, ...) or of a file by its path.</summary>
    internal int Count(string name) => _counts.GetValueOrDefault(name);

    /// <summary>What there is more of than before. Empty when nothing is.</summary>
    internal string SurplusOver(Descriptors before) => string.Join(", ", _counts
        .Where(entry => entry.Value > before.Count(entry.Key))
        .Select(entry => $"{entry.Value - before.Count(entry.Key)} x {entry.Key}"));

    private static string? TargetOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (IOException)
        {
            // Closed between the listing and the reading.
            return null;
        }
    }

    private static string? NameOf(string target)
    {
        // "socket:[123]" and "pipe:[123]" by their kind, "anon_inode:[eventpoll]" and paths as they are.
        if (!target.StartsWith('/'))
            return target.StartsWith("anon_inode:", StringComparison.Ordinal) ? target : target[..Math.Max(0, target.IndexOf(':', StringComparison.Ordinal))];

        string[] suffixes = [".dll", ".pdb", ".so"];
        string[] prefixes = ["/proc/", "/sys/", "/dev/"];
        var isTheRuntimes = suffixes.Any(suffix => target.EndsWith(suffix, StringComparison.Ordinal))
            || prefixes.Any(prefix => target.StartsWith(prefix, StringComparison.Ordinal));
        return isTheRuntimes ? null : target;
    }
}
