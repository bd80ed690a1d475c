namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

internal static class OpenDescriptors
{
    /// <summary>How many descriptors of this process are of files and directories below <paramref name="directory"/>, deleted ones included.</summary>
    public static int Below(string directory)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        return Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Count(entry => TargetOf(entry)?.StartsWith(directory + "/", StringComparison.Ordinal) == true);
    }

    /// <summary>Waits until there are so many: a request is over for its client a moment before the server lets go of its file.</summary>
    public static Task BecomeAsync(string directory, int count) =>
        Eventually.HoldsAsync(() => Below(directory) == count, $"{count} descriptors to be open", () => $"There are {Below(directory)}.");

    private static string? TargetOf(string entry)
    {
        try
        {
            return new FileInfo(entry).LinkTarget;
        }
        catch (IOException)
        {
            // Closed since.
            return null;
        }
    }
}
