using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Layers;

/// <summary>The kernel's calls know nothing of files that are served, and everybody who wants something of the kernel asks them.</summary>
public sealed partial class ArchitectureTests
{
    [Fact]
    public void Native_KnowsNoOtherRoom() =>
        Assert.All(Sources("Native"), path => Assert.DoesNotMatch(OtherRoom(), File.ReadAllText(path)));

    [Fact]
    public void NativeImports_AreInNativeAlone() =>
        Assert.All(Sources("").Except(Sources("Native")), path => Assert.DoesNotMatch(NativeImport(), File.ReadAllText(path)));

    private static string[] Sources(string room)
    {
        var root = Path.Combine(Repository.Root, "src", "StaticFiles");
        var sources = Directory.EnumerateFiles(Path.Combine(root, room), "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(root, path).Split('/')[0] is not ("bin" or "obj")).ToArray();
        Assert.NotEmpty(sources);
        return sources;
    }

    [GeneratedRegex(@"^using [^;]*\bStaticFiles\.(?!Native\b)|^namespace [^;]*\bStaticFiles\.(?!Native;)", RegexOptions.Multiline)]
    private static partial Regex OtherRoom();

    [GeneratedRegex(@"\b(?:LibraryImport|DllImport)\(")]
    private static partial Regex NativeImport();
}
