using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Requests;
using CsCheck;
using Microsoft.Extensions.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Requests;

/// <summary>RFC 9110 sections 12.4.2 and 12.5.3, for a file that is there in br and gzip as well, br being liked better by the server.</summary>
public sealed class AcceptEncodingTests
{
    private static readonly OpenFile Original = Create(null, Create("br"), Create("gzip"));

    [Theory]
    [InlineData("gzip, br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("GZIP", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("deflate, gzip;q=1.0, *;q=0.5", "gzip")]
    [InlineData("gzip;q=0.9, br;q=0.8", "gzip")]
    [InlineData("gzip ; q=0.5 , br ; Q=0.501", "br")]
    [InlineData("*", "br")]
    [InlineData("*;q=0.1", "br")]
    [InlineData("br;q=0, *", "gzip")]
    // A coding before none where they are liked equally, none where it is liked better.
    [InlineData("identity, gzip", "gzip")]
    [InlineData("identity, gzip;q=0.9", "identity")]
    [InlineData("identity;q=0.5, gzip;q=0.6", "gzip")]
    [InlineData("identity;q=0, gzip;q=0.001", "gzip")]
    [InlineData("", "identity")]
    [InlineData("deflate", "identity")]
    [InlineData("gzip;q=0", "identity")]
    [InlineData("br;q=0, gzip;q=0.000", "identity")]
    [InlineData("identity", "identity")]
    [InlineData("*;q=0, identity", "identity")]
    [InlineData("*;q=0, identity;q=0.1", "identity")]
    // What is no weight leaves its member out.
    [InlineData("gzip;q=1.001", "identity")]
    [InlineData("gzip;q=2", "identity")]
    [InlineData("gzip;q=0.1234", "identity")]
    [InlineData("gzip;q=-1, br", "br")]
    [InlineData("gzip;level=9", "identity")]
    [InlineData(",,gzip,", "gzip")]
    // Nothing left.
    [InlineData("identity;q=0", null)]
    [InlineData("*;q=0", null)]
    [InlineData("br;q=0, gzip;q=0, identity;q=0", null)]
    [InlineData("deflate, identity;q=0", null)]
    public void TryChoose_Field_ByWeight(string field, string? expected)
    {
        var isAcceptable = AcceptEncoding.TryChoose(field, Original, out var chosen);

        Assert.Equal(expected, isAcceptable ? chosen.Description.Coding?.Name ?? "identity" : null);
    }

    [Fact]
    public void TryChoose_NoField_Identity()
    {
        Assert.True(AcceptEncoding.TryChoose(StringValues.Empty, Original, out var chosen));
        Assert.Same(Original, chosen);
    }

    [Fact]
    public void TryChoose_SeveralLines_OneList()
    {
        Assert.True(AcceptEncoding.TryChoose(new StringValues(["identity;q=0", "gzip;q=0.1"]), Original, out var chosen));
        Assert.Equal("gzip", chosen.Description.Coding!.Name);
    }

    [Fact]
    public void TryChoose_AnyText_NoException()
        => Gen.OneOf(Gen.String, Gen.String[Gen.Char["gzipbr*;q=01., identy"], 0, 40])
            .Sample(text => AcceptEncoding.TryChoose(text, Original, out _) || text.Contains('0', StringComparison.Ordinal));

    private static OpenFile Create(string? coding, params OpenFile[] variants)
    {
        ContentCoding? found = null;
        Assert.True(coding is null || ContentCoding.TryFind(coding, out found));
        return new OpenFile(new SafeFileHandle(), default, new FileDescription("f", "text/plain", Coding: found), variants);
    }
}
