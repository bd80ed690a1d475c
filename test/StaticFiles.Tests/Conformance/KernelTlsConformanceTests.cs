using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary>Every rule where the kernel encrypts, so that files and their parts go from the page cache to the socket.</summary>
[Trait("Category", "KernelTls")]
public sealed class KernelTlsConformanceTests(ConformanceFixture sites) : IClassFixture<ConformanceFixture>
{
    public static TheoryData<string> Cases => [.. ConformanceRules.All.Select(rule => rule.ToString())];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Rule_Observed_Right(string rule)
    {
        RequireKernelTls();
        var site = await sites.GetAsync(ServerKind.KernelTls);
        var tested = ConformanceRules.All.Single(r => r.ToString() == rule);

        Assert.Contains(await tested.ObserveAsync(site.Conformance), tested.Right);
    }

    [Fact]
    public async Task Get_SeveralRanges_EveryPartByTheKernelWithTheSameBytes()
    {
        const int Size = 4 * 1024 * 1024;
        (int First, int Last)[] ranges = [(100, 99_999), (1_000_000, 1_099_999), (Size - 200_000, Size - 1), (500_000, 699_999)];
        RequireKernelTls();
        await using var site = await TestSite.StartAsync(ServerKind.KernelTls);
        var content = Pattern.Bytes(Size);
        site.Write("file.bin", content);

        var answer = await site.GetAsync("/file.bin", "Range: bytes=" + string.Join(", ", ranges.Select(r => $"{r.First}-{r.Last}")));

        var parts = (await MultipartAnswer.ReadAsync(answer)).Parts;
        Assert.Equal(ranges.Length, parts.Count);
        for (var i = 0; i < ranges.Length; i++)
        {
            Assert.Equal(content[ranges[i].First..(ranges[i].Last + 1)], parts[i].Body);
        }

        // Counted when the call returns, by which time the client may have them.
        var sum = ranges.Sum(r => (double)(r.Last - r.First + 1));
        await Eventually.HoldsAsync(() => site.Host.Metrics.Total("aeronet.sendfile.bytes", ("aeronet.ktls", true)) == sum, $"{sum} bytes to be counted", site.Host.Metrics.ToString);
    }

    private static void RequireKernelTls() => Assert.SkipUnless(
        File.Exists("/proc/net/tls_stat"), "this kernel has no TLS (modprobe tls): ./eng/ktls.sh --install runs it in one that has");
}
