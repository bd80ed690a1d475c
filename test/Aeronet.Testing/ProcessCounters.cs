using System.Globalization;

namespace Aeronet.Testing;

/// <summary>What /proc tells about this process, or another one.</summary>
public static class ProcessCounters
{
    /// <summary>
    /// The open descriptors by kind: <c>socket</c>, <c>pipe</c>, <c>eventpoll</c>, <c>eventfd</c>, <c>timerfd</c>, ... and
    /// <c>file</c> for everything with a path.
    /// </summary>
    public static IReadOnlyDictionary<string, int> OpenDescriptors(int? processId = null)
    {
        var kinds = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var descriptor in Directory.EnumerateFileSystemEntries($"/proc/{Name(processId)}/fd"))
        {
            if (KindOf(descriptor) is { } kind)
                kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        }

        return kinds;
    }

    /// <summary>The number of open descriptors of a kind.</summary>
    public static int CountDescriptors(string kind, int? processId = null) => OpenDescriptors(processId).GetValueOrDefault(kind);

    /// <summary>The names of the threads; the kernel keeps 15 characters of each.</summary>
    public static IReadOnlyList<string> ThreadNames(int? processId = null)
    {
        var names = new List<string>();
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{Name(processId)}/task"))
        {
            try
            {
                names.Add(File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd('\n'));
            }
            catch (IOException)
            {
                // It ended between the listing and the reading.
            }
        }

        return names;
    }

    /// <summary>The number of threads whose names start with a prefix, such as <c>aeronet-</c>.</summary>
    public static int CountThreads(string prefix = "", int? processId = null)
        => ThreadNames(processId).Count(n => n.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Resident memory in bytes.</summary>
    public static long ResidentBytes(int? processId = null)
    {
        const string Field = "VmRSS:";
        var line = File.ReadLines($"/proc/{Name(processId)}/status").First(l => l.StartsWith(Field, StringComparison.Ordinal));
        var number = line.AsSpan(Field.Length).Trim();
        return long.Parse(number[..number.IndexOf(' ')], CultureInfo.InvariantCulture) * 1024;
    }

    private static string Name(int? processId) => processId?.ToString(CultureInfo.InvariantCulture) ?? "self";

    private static string? KindOf(string descriptor)
    {
        const string Anonymous = "anon_inode:";
        try
        {
            // A link's text is "socket:[123]", "pipe:[123]", "anon_inode:[eventpoll]" or a path.
            var target = new FileInfo(descriptor).LinkTarget;
            if (target is null)
                return null;

            if (target.StartsWith(Anonymous, StringComparison.Ordinal))
                return target[Anonymous.Length..].Trim('[', ']');

            var colon = target.IndexOf(":[", StringComparison.Ordinal);
            return colon > 0 && !target.StartsWith('/') ? target[..colon] : "file";
        }
        catch (IOException)
        {
            return null;
        }
    }
}
