using System.Text;
using Aeronet.AspNetCore.StaticFiles.Names;
using CsCheck;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Requests;

public sealed class RelativePathTests
{
    [Theory]
    [InlineData("/a/b.txt", "", "a/b.txt")]
    [InlineData("/a/b/", "", "a/b")]
    [InlineData("/", "", "")]
    [InlineData("", "", "")]
    [InlineData("/files/ä€😀", "/files", "ä€😀")]
    [InlineData("/Files/x", "/fILES", "x")]
    [InlineData("/files", "/files", "")]
    [InlineData("/a..b/..c../d..", "", "a..b/..c../d..")]
    [InlineData("/..", "", null)]
    [InlineData("/../x", "", null)]
    [InlineData("/a/../x", "", null)]
    [InlineData("/a/..", "", null)]
    [InlineData("/a/../", "", null)]
    [InlineData("/./x", "", null)]
    [InlineData("/a/.", "", null)]
    [InlineData("//x", "", null)]
    [InlineData("//", "", null)]
    [InlineData("/a//b", "", null)]
    [InlineData("/a//", "", null)]
    [InlineData("/a\\b", "", null)]
    [InlineData("/..\\x", "", null)]
    [InlineData("/a\0b", "", null)]
    [InlineData("/filesx", "/files", null)]
    [InlineData("x", "", null)]
    public void TryRead_Path_NameOrRefusal(string requestPath, string mount, string? expected)
    {
        var buffer = new byte[RelativePath.MaxBytes];
        var accepted = RelativePath.TryRead(requestPath, mount.Length, serveHidden: true, buffer, out var path);

        Assert.Equal(expected, accepted ? Encoding.UTF8.GetString(path.Terminated).TrimEnd('\0') : null);
    }

    [Theory]
    [InlineData(4094, true)]
    [InlineData(4095, true)]
    [InlineData(4096, false)]
    [InlineData(100_000, false)]
    public void TryRead_LongPath_UpToTheKernelsLimit(int bytes, bool accepted)
    {
        var buffer = new byte[RelativePath.MaxBytes];
        Assert.Equal(accepted, RelativePath.TryRead("/" + new string('a', bytes), 0, false, buffer, out _));
    }

    [Theory]
    [InlineData(4084, true)]
    [InlineData(4085, false)]
    public void TrySetFileName_LongDirectory_UpToTheKernelsLimit(int bytes, bool accepted)
    {
        var buffer = new byte[RelativePath.MaxBytes];
        Assert.True(RelativePath.TryRead("/" + new string('a', bytes) + "/", 0, false, buffer, out var path));
        Assert.Equal(accepted, path.TrySetFileName(bytes, "index.html"u8));
        Assert.Equal(0, path.Terminated[^1]);
    }

    [Fact]
    public void TryRead_LoneSurrogate_Refused()
    {
        var buffer = new byte[RelativePath.MaxBytes];
        Assert.False(RelativePath.TryRead("/\ud800", 0, false, buffer, out _));
        Assert.False(RelativePath.TryRead("/\udc00x", 0, false, buffer, out _));
    }

    // Whatever comes in, what goes to the kernel is below the root: no empty, dot or dot-dot component, one NUL, at the end.
    [Fact]
    public void TryRead_AnyPath_OnlyPlainComponents()
    {
        var texts = Gen.OneOf(Gen.String, Gen.String[Gen.Char["/.\\a\0%2é\ud83d\ude00"], 0, 30]).Select(s => "/" + s);
        Gen.Select(texts, Gen.Bool).Sample((text, hidden) =>
        {
            var buffer = new byte[RelativePath.MaxBytes];
            if (!RelativePath.TryRead(text, 0, hidden, buffer, out var path) || path.IsRoot)
            {
                return true;
            }

            var name = path.Terminated;
            return name.IndexOf((byte)0) == name.Length - 1
                && Encoding.UTF8.GetString(name[..^1]).Split('/').All(c => c is not ("" or "." or "..") && !c.Contains('\\'));
        });
    }
}
