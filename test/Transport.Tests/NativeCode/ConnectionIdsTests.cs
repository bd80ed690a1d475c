using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Transport.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.NativeCode;

public sealed partial class ConnectionIdsTests
{
    [Fact]
    public void Next_ThirteenBase32Digits_Increasing()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => ConnectionIds.Next()).ToArray();

        Assert.All(ids, id => Assert.Matches(Shape(), id));
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void Next_ManyThreads_NoneTwice()
    {
        var ids = new ConcurrentBag<string>();
        Parallel.For(0, 10_000, _ => ids.Add(ConnectionIds.Next()));

        Assert.Equal(10_000, ids.Distinct().Count());
    }

    // Kestrel's CorrelationIdGenerator writes the same digits.
    [GeneratedRegex("^[0-9A-V]{13}$")]
    private static partial Regex Shape();
}
