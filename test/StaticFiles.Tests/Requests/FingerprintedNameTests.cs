using Aeronet.AspNetCore.StaticFiles.Files;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Requests;

public sealed class FingerprintedNameTests
{
    [Theory]
    [InlineData("app.3f2a9c1b.js")]
    [InlineData("app.8rcd3xjr6a.js")]
    [InlineData("index-BxT3K9aZ.css")]
    [InlineData("main_0123456789abcdef0123456789abcdef.chunk.js")]
    [InlineData("a-b-c.deadbee1.min.css")]
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
    public void Is_NoHash_False(string name) => Assert.False(FingerprintedName.Is(name));
}
