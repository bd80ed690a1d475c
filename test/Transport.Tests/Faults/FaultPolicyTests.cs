using Aeronet.AspNetCore.Transport.Native.Faults;

namespace Aeronet.AspNetCore.Transport.Tests.Faults;

public sealed class FaultPolicyTests
{
    [Theory]
    [InlineData("seed=7,rate=0.25,kinds=eagain+short", "seed=7,rate=0.25,kinds=eagain+short")]
    [InlineData(" kinds=lossy , seed=0,", "seed=0,rate=0.1,kinds=econnaborted+emfile+enobufs+enomem+econnreset")]
    [InlineData("seed=18446744073709551615,rate=0.9,kinds=lossless+econnreset", "seed=18446744073709551615,rate=0.9,kinds=eagain+eintr+short+delay+econnreset")]
    public void Text_IsRead_AndPrintedSoThatItIsReadAgain(string text, string printed)
    {
        var policy = FaultPolicy.Parse(text);

        Assert.Equal(printed, policy.ToString());
        Assert.Equal(printed, FaultPolicy.Parse(printed).ToString());
    }

    [Fact]
    public void NoSeed_IsAFreshOne() =>
        Assert.NotEqual(FaultPolicy.Parse("rate=0.1").ToString(), FaultPolicy.Parse("rate=0.1").ToString());

    [Theory]
    [InlineData("seed=-1", "AERONET_FAULTS: seed is '-1': give a number of 0 or more.")]
    [InlineData("seed", "AERONET_FAULTS: seed is '': give a number of 0 or more.")]
    [InlineData("rate=0", "AERONET_FAULTS: rate is '0': give a part of the calls above 0, at most 0.9.")]
    [InlineData("rate=1", "AERONET_FAULTS: rate is '1': give a part of the calls above 0, at most 0.9.")]
    [InlineData("rate=NaN", "AERONET_FAULTS: rate is 'NaN': give a part of the calls above 0, at most 0.9.")]
    [InlineData("kinds=none", "AERONET_FAULTS: kinds is 'none': give names of eagain, eintr, short, delay, lossless, econnaborted, emfile, enobufs, enomem, econnreset, lossy, joined by +.")]
    [InlineData("kinds=short+", "AERONET_FAULTS: kinds is '': give names of eagain, eintr, short, delay, lossless, econnaborted, emfile, enobufs, enomem, econnreset, lossy, joined by +.")]
    [InlineData("yes", "AERONET_FAULTS has no 'yes': give seed=NUMBER, rate=PART and kinds=NAME+NAME, separated by commas.")]
    public void BadText_IsRefusedInOneLine(string text, string error) =>
        Assert.Equal(error, Assert.Throws<InvalidOperationException>(() => FaultPolicy.Parse(text)).Message);

    [Fact]
    public void SameSeed_DrawsTheSame_AndEachKindAsOftenAsTheRateSays()
    {
        const int Calls = 10_000;
        const FaultKinds possible = FaultKinds.Eagain | FaultKinds.Eintr | FaultKinds.Short;
        var one = Draw(seed: 1);
        var again = Draw(seed: 1);
        var other = Draw(seed: 2);

        Assert.Equal(one, again);
        Assert.NotEqual(one, other);
        Assert.All([FaultKinds.Eagain, FaultKinds.Short], kind => Assert.InRange(one.Count(drawn => drawn == kind), Calls / 10 * 0.8, Calls / 10 * 1.2));
        Assert.DoesNotContain(FaultKinds.Eintr, one);

        static FaultKinds[] Draw(ulong seed)
        {
            var stream = new FaultStream(new FaultPolicy(seed, rate: 0.2, FaultKinds.Eagain | FaultKinds.Short | FaultKinds.Emfile), seed);
            return [.. Enumerable.Range(0, Calls).Select(_ => stream.Next(possible))];
        }
    }

    [Fact]
    public void Part_IsSomethingAndLessThanTheWhole()
    {
        var stream = new FaultStream(new FaultPolicy(1, rate: 0.5, FaultKinds.Short), 1);

        foreach (var whole in new nuint[] { 0, 1, 2, 3, 17, 4096 })
        {
            var parts = Enumerable.Range(0, 1000).Select(_ => stream.PartOf(whole)).ToArray();
            Assert.Equal(whole < 2 ? whole : 1, parts.Min());
            Assert.InRange(parts.Max(), 0UL, whole < 2 ? whole : whole - 1);
        }
    }
}
