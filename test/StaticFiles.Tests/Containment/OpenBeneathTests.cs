using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Native;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Containment;

/// <summary>Both ways to open files beneath the root must come to the same.</summary>
public sealed class OpenBeneathTests : IDisposable
{
    private readonly DirectoryInfo _base = Directory.CreateTempSubdirectory("aeronet-open-");
    private readonly string _root;

    public OpenBeneathTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        _root = Path.Combine(_base.FullName, "root");
        Directory.CreateDirectory(Path.Combine(_root, "dir", "sub"));
        File.WriteAllText(Path.Combine(_base.FullName, "secret"), "secret");
        File.WriteAllText(Path.Combine(_root, "file"), "file");
        File.WriteAllText(Path.Combine(_root, "dir", "inner"), "inner");
        foreach (var (name, target) in new (string, string)[]
        {
            ("to-file", "file"),
            ("to-dir", "dir"),
            ("to-sub-slash", "dir/sub/"),
            ("chain", "to-file"),
            ("round", "dir/sub/../../file"),
            ("dots", "./dir/./inner"),
            ("dir/sub/up", "../../file"),
            ("up-and-back", "../root/file"),
            ("absolute-inside", Path.Combine(_root, "dir", "inner")),
            ("absolute-root", _root),
            ("escape", "../secret"),
            ("escape-deep", "dir/../../secret"),
            ("absolute-out", Path.Combine(_base.FullName, "secret")),
            ("absolute-sly", Path.Combine(_root, "..", "secret")),
            ("absolute-prefix", _root + "-other/file"),
            ("to-base", ".."),
            ("loop-a", "loop-b"),
            ("loop-b", "loop-a"),
            ("dangling", "nothing"),
            ("etc", "/etc"),
        })
        {
            File.CreateSymbolicLink(Path.Combine(_root, name), target);
        }

        Directory.CreateDirectory(_root + "-other");
        File.WriteAllText(_root + "-other/file", "secret");
    }

    public static TheoryData<bool, SymlinkPolicy, string, string> Cases()
    {
        var cases = new TheoryData<bool, SymlinkPolicy, string, string>();
        foreach (var useOpenAt2 in (bool[])[true, false])
        {
            // What Deny, InsideRoot and Follow come to: content, "<dir>" or "".
            foreach (var (path, deny, inside, follow) in new[]
            {
                ("file", "file", "file", "file"),
                ("dir", "<dir>", "<dir>", "<dir>"),
                ("dir/inner", "inner", "inner", "inner"),
                ("nothing", "", "", ""),
                ("file/x", "", "", ""),
                ("dir/nothing", "", "", ""),
                ("to-file", "", "file", "file"),
                ("chain", "", "file", "file"),
                ("round", "", "file", "file"),
                ("dots", "", "inner", "inner"),
                ("to-dir", "", "<dir>", "<dir>"),
                ("to-dir/inner", "", "inner", "inner"),
                ("to-sub-slash", "", "<dir>", "<dir>"),
                ("to-sub-slash/up", "", "file", "file"),
                ("dir/sub/up", "", "file", "file"),
                ("absolute-inside", "", "inner", "inner"),
                ("absolute-root/file", "", "file", "file"),
                ("absolute-root/absolute-root/to-file", "", "file", "file"),
                ("up-and-back", "", "", "file"),
                ("escape", "", "", "secret"),
                ("escape-deep", "", "", "secret"),
                ("absolute-out", "", "", "secret"),
                ("absolute-sly", "", "", "secret"),
                ("absolute-prefix", "", "", "secret"),
                ("to-base", "", "", "<dir>"),
                ("to-base/secret", "", "", "secret"),
                ("loop-a", "", "", ""),
                ("dangling", "", "", ""),
            })
            {
                cases.Add(useOpenAt2, SymlinkPolicy.Deny, path, deny);
                cases.Add(useOpenAt2, SymlinkPolicy.InsideRoot, path, inside);
                cases.Add(useOpenAt2, SymlinkPolicy.Follow, path, follow);
            }
        }

        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Open_PathAndPolicy_OnlyWhatThePolicyAllows(bool useOpenAt2, SymlinkPolicy policy, string path, string expected)
    {
        var root = LinuxFileRoot.TryOpen(_root, policy, useOpenAt2)!;
        Assert.SkipWhen(useOpenAt2 && root.Strategy != "openat2", "This kernel or its seccomp filter has no openat2(2).");
        Assert.Equal(useOpenAt2 ? "openat2" : "component walk", root.Strategy);

        Assert.Equal(expected, Read(root, path));
    }

    [Theory]
    [InlineData(SymlinkPolicy.Deny, "to-file", "")]
    [InlineData(SymlinkPolicy.Deny, "dir/inner", "inner")]
    [InlineData(SymlinkPolicy.Deny, "to-dir/inner", "")]
    [InlineData(SymlinkPolicy.InsideRoot, "to-dir/inner", "inner")]
    [InlineData(SymlinkPolicy.InsideRoot, "absolute-inside", "inner")]
    [InlineData(SymlinkPolicy.InsideRoot, "escape", "")]
    [InlineData(SymlinkPolicy.InsideRoot, "to-base/secret", "")]
    [InlineData(SymlinkPolicy.InsideRoot, "loop-a", "")]
    [InlineData(SymlinkPolicy.InsideRoot, "etc/passwd", "")]
    [InlineData(SymlinkPolicy.Follow, "escape", "secret")]
    [InlineData(SymlinkPolicy.Follow, "dir", "<dir>")]
    [InlineData(SymlinkPolicy.Follow, "nothing", "")]
    public void Open_Portable_OnlyWhatThePolicyAllows(SymlinkPolicy policy, string path, string expected)
        => Assert.Equal(expected, Read(new PortableFileRoot(_root, policy), path));

    [Fact]
    public void Open_RootReplaced_NewRootIsServed()
    {
        var link = Path.Combine(_base.FullName, "current");
        Directory.CreateSymbolicLink(link, _root);
        var root = LinuxFileRoot.TryOpen(link, SymlinkPolicy.InsideRoot)!;
        Assert.Equal("file", Read(root, "file"));
        Assert.Equal("inner", Read(root, "absolute-inside"));

        // While the path leads nowhere, the root stays what it was.
        File.Delete(link);
        Thread.Sleep(1100);
        Assert.Equal("file", Read(root, "file"));
        File.CreateSymbolicLink(link, _root + "-other");

        Assert.True(SpinWait.SpinUntil(() => Read(root, "file") == "secret", TaskTimeoutExtensions.DefaultTimeout));
        Assert.Equal("", Read(root, "dir/inner"));
    }

    public void Dispose() => _base.Delete(recursive: true);

    private static string Read(IFileRoot root, string path)
    {
        var opened = root.Open([.. Encoding.UTF8.GetBytes(path), 0]);
        if (opened.Outcome == OpenOutcome.Directory)
        {
            return "<dir>";
        }

        using var handle = opened.Handle;
        if (handle is null)
        {
            Assert.Equal(OpenOutcome.NotFound, opened.Outcome);
            return "";
        }

        var content = new byte[opened.Stat.Size];
        Assert.Equal(content.Length, RandomAccess.Read(handle, content, 0));
        return Encoding.UTF8.GetString(content);
    }
}
