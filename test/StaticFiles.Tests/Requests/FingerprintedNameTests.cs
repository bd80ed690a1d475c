using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Requests;

public sealed class FingerprintedNameTests
{
    private const string Hex = "0123456789abcdef";
    private const string Base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const string Base62 = Base36 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    [Theory]
    [InlineData("app.3f2a9c1b.js")]
    [InlineData("app.8rcd3xjr6a.js")]
    [InlineData("index-BxT3K9aZ.css")]
    [InlineData("main_0123456789abcdef0123456789abcdef.chunk.js")]
    [InlineData("main.d41d8cd98f00b204e980.js")]
    [InlineData("a-b-c.d3ad8ee1.min.css")]
    public void Is_HashInName_True(string name) => Assert.True(FingerprintedName.Is(name));

    [Theory]
    [InlineData("app.js")]
    [InlineData("LICENSE")]
    [InlineData("3f2a9c1b.js")]
    [InlineData("app.3f2a9c1b")]
    [InlineData("jquery-3.7.1.min.js")]
    [InlineData("report-20240229.pdf")]
    [InlineData("report-version12.pdf")]
    [InlineData("story.chapter123.txt")]
    [InlineData("facade.deadbeef.js")]
    [InlineData("app.3f2a.js")]

    // Dates, versions, resolutions, machines: a year of an old file would be the price.
    [InlineData("backup-2024dec31.zip")]
    [InlineData("backup-2024dec3.zip")]
    [InlineData("backup-31dec2024.zip")]
    [InlineData("backup-20240131a.zip")]
    [InlineData("backup-20240131b2.zip")]
    [InlineData("backup-2024feb29b.zip")]
    [InlineData("report-20240131T120000Z.pdf")]
    [InlineData("film-1080p60fps.mp4")]
    [InlineData("film.h264aac51.mkv")]
    [InlineData("film-3840x2160.mkv")]
    [InlineData("song-mp3320kbps.mp3")]
    [InlineData("setup-x86and64.exe")]
    [InlineData("lib-arm64v8a.so")]
    [InlineData("setup-release2024.exe")]
    [InlineData("setup-ubuntu2404lts.deb")]
    [InlineData("setup-rc1build45.exe")]
    [InlineData("list.sha256sum1.txt")]
    [InlineData("menu-cafe2024.pdf")]
    [InlineData("hits-decade90.pdf")]
    [InlineData("IMG-WP20240131Pro.jpg")]
    [InlineData("notes.JavaScript.txt")]
    [InlineData("paper-rfc9110to9114.txt")]
    public void Is_NoHash_False(string name) => Assert.False(FingerprintedName.Is(name));

    // Of the shortest hashes some could be words and dates; of those that are cut less short next to none.
    [Theory]
    [InlineData(Hex, 8, 0.65)]
    [InlineData(Hex, 12, 0.9)]
    [InlineData(Hex, 16, 0.97)]
    [InlineData(Hex, 20, 0.99)]
    [InlineData(Hex, 64, 0.999)]
    [InlineData(Base36, 10, 0.45)]
    [InlineData(Base62, 8, 0.5)]
    [InlineData(Base62, 22, 0.85)]
    public void Is_RandomHash_MostAreFound(string alphabet, int length, double share)
    {
        var random = new Random(20260131);
        var found = Enumerable.Range(0, 20_000).Count(_ =>
        {
            var name = new StringBuilder("app.");
            for (var i = 0; i < length; i++)
            {
                name.Append(alphabet[random.Next(alphabet.Length)]);
            }

            return FingerprintedName.Is(name.Append(".js").ToString());
        });

        Assert.True(found >= share * 20_000, $"{found} of 20000 were found.");
    }
}
