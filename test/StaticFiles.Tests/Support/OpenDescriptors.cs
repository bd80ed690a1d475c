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
