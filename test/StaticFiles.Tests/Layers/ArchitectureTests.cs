using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Layers;

/// <summary>
/// The rooms of static files and the one direction in which they know each other: how it is mounted, lists of directories, responses, what
/// requests ask for, files, their names, then the kernel.
/// </summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] s_order = ["Hosting", "Listings", "Responses", "Requests", "Files", "Names", "Native"];

    // What an application sees: options and their reading, events in the log; everybody may know it.
    private static readonly string[] s_common = ["", "DirectoryIndex"];

    private static readonly string s_root = Path.Combine(Repository.Root, "src", "StaticFiles");

    public static TheoryData<string> Rooms => [.. s_order];

    [Fact]
    public void Folders_AreTheRooms() =>
        Assert.Equal(s_order.Concat(s_common).Order(), All().Select(RoomOf).Distinct().Order());

    [Theory, MemberData(nameof(Rooms))]
    public void Room_KnowsOnlyTheRoomsAfterIt(string room)
    {
        var allowed = s_order[Array.IndexOf(s_order, room)..].Concat(s_common);

        Assert.Empty(All().Where(path => RoomOf(path) == room).SelectMany(path => RoomsNamed(path).Except(allowed).Select(named => $"{path} names {named}")));
    }

    [Fact]
    public void PublicTypes_KnowNoRoom() =>
        Assert.Empty(All().Where(path => s_common.Contains(RoomOf(path))).SelectMany(path => RoomsNamed(path).Except(s_common).Select(named => $"{path} names {named}")));

    [Fact]
    public void NativeImports_AreInNativeAlone() =>
        Assert.All(All().Where(path => RoomOf(path) != "Native"), path => Assert.DoesNotMatch(NativeImport(), File.ReadAllText(path)));

    private static string[] All()
    {
        var sources = Directory.EnumerateFiles(s_root, "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(s_root, path).Split('/')[0] is not ("bin" or "obj")).ToArray();
        Assert.NotEmpty(sources);
        return sources;
    }

    private static string RoomOf(string path) => Path.GetRelativePath(s_root, path).Split('/') is [var room, _, ..] ? room : "";

    // By a using directive, in full, or by the last part of the namespace; in comments too.
    private static IEnumerable<string> RoomsNamed(string path) =>
        RoomName().Matches(File.ReadAllText(path)).Select(match => match.Groups["room"].Value).Where(room => s_order.Contains(room) || s_common.Contains(room)).Distinct();

    [GeneratedRegex(@"(?:\bAeronet\.AspNetCore\.StaticFiles\.|(?<![\w.""]))(?<room>[A-Z]\w+)(?=\.[A-Z]|;)")]
    private static partial Regex RoomName();

    [GeneratedRegex(@"\b(?:LibraryImport|DllImport)\(")]
    private static partial Regex NativeImport();
}
