using Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;
using CsCheck;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>The second reader by itself: whatever it gets it throws nothing, and points at no byte that is not there.</summary>
public sealed class ScannerTests
{
    private static readonly HeadRules Rules = new() { MaxRequestLineSize = 64, MaxFieldsSize = 200, MaxFieldCount = 4 };

    [Fact]
    public void RandomBytes_FaultIsWithinThem() => Mutation.AnyByte.Array[0, 400].Sample(Check, iter: 20_000);

    [Fact]
    public void MutatedHeads_FaultIsWithinThem() =>
        Gen.Select(Gen.Int[0, MalformedRequests.All.Count - 1], Gen.Select(Gen.Int[0, 400], Gen.Int[0, 2], Mutation.AnyByte).Array[0, 4])
            .Sample((index, mutations) => Check(Mutation.Of(MalformedRequests.All[index].Text, mutations)), iter: 20_000);

    [Fact]
    public void BareLineFeed_WhereForbidden_IsAFault()
    {
        var strict = Rules with { AllowsLineFeed = false };

        Assert.Equal(RequestFault(HeadScanner.Find("GET / HTTP/1.1\nHost: a\r\n\r\n"u8, strict)), ("LineEndInvalid", 14));
        Assert.Equal(RequestFault(HeadScanner.Find("GET / HTTP/1.1\r\nHost: a\n\r\n"u8, strict)), ("BareLineFeed", 23));
        Assert.Null(HeadScanner.Find("GET / HTTP/1.1\nHost: a\n\n"u8, Rules));
    }

    [Fact]
    public void Value_OfAnEncodingTheApplicationChose_IsNoFault() =>
        Assert.Null(HeadScanner.Find("GET / HTTP/1.1\r\nHost: a\r\nX: \xe9\r\n\r\n"u8, Rules with { ValuesAreUtf8 = false }));

    [Fact]
    public void Host_WhereTheTargetsTakesItsPlace_IsNoFault() =>
        Assert.Null(HeadScanner.Find("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n"u8, Rules with { AllowsHostOverride = true }));

    private static (string?, int?) RequestFault(HeadFault? fault) => (fault?.Kind.ToString(), fault?.Offset);

    private static void Check(byte[] bytes)
    {
        foreach (var rules in (HeadRules[])[Rules, Rules with { AllowsLineFeed = false, ValuesAreUtf8 = false, AllowsHostOverride = true }])
        {
            if (HeadScanner.Find(bytes, rules) is { } fault)
                Assert.InRange(fault.Offset, 0, bytes.Length);
        }

        Assert.InRange(ChunkScanner.FindInSize(bytes).Offset, 0, bytes.Length);
        Assert.InRange(PrefaceScanner.Find(bytes, isHttp1: false).Offset, 0, bytes.Length);
        if (FieldLineScanner.Find(bytes, 0, Rules, out _) is { } inFields)
            Assert.InRange(inFields.Offset, 0, bytes.Length);
    }
}
