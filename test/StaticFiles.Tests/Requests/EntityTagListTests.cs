using Aeronet.AspNetCore.StaticFiles.Requests;
using CsCheck;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Requests;

/// <summary>RFC 9110 sections 8.8.3, 13.1.1 and 13.1.2.</summary>
public sealed class EntityTagListTests
{
    private const string Current = "\"1-2-3\"";

    [Theory]
    [InlineData("\"1-2-3\"", true, true)]
    [InlineData("W/\"1-2-3\"", false, true)]
    [InlineData("*", true, true)]
    [InlineData(" * ", true, true)]
    [InlineData("\"a\",\"1-2-3\"", true, true)]
    [InlineData("\"a\" , W/\"b\",\t\"1-2-3\"", true, true)]
    [InlineData(",,\"1-2-3\"", true, true)]
    [InlineData("\"\", \"1-2-3\"", true, true)]
    [InlineData("\"x, \"1-2-3\"", false, false)]
    [InlineData("*, \"1-2-3\"", false, false)]
    [InlineData("1-2-3", false, false)]
    [InlineData("\"1-2-3", false, false)]
    [InlineData("\"1-2-3\"x", false, false)]
    [InlineData("W/ \"1-2-3\"", false, false)]
    [InlineData("w/\"1-2-3\"", false, false)]
    [InlineData("", false, false)]
    public void AnyMatches_Field_ByComparison(string field, bool strong, bool weak)
    {
        Assert.Equal(strong, EntityTagList.AnyMatches(field, Current, weakly: false));
        Assert.Equal(weak, EntityTagList.AnyMatches(field, Current, weakly: true));
    }

    [Fact]
    public void AnyMatches_SeveralLines_OneList()
        => Assert.True(EntityTagList.AnyMatches(new StringValues(["\"a\"", "nonsense", Current]), Current, weakly: false));

    [Fact]
    public void AnyMatches_AnyText_NoException()
        => Gen.OneOf(Gen.String, Gen.String[Gen.Char["\"W/,123- *"], 0, 40]).Sample(text =>
        {
            // What matches strongly matches weakly.
            return !EntityTagList.AnyMatches(text, Current, weakly: false) || EntityTagList.AnyMatches(text, Current, weakly: true);
        });
}
