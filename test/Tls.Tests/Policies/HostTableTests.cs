using Aeronet.AspNetCore.Transport.Tls.Hosts;

namespace Aeronet.AspNetCore.Tls.Tests.Policies;

/// <summary>Which host a name finds, and that looking costs nothing.</summary>
public sealed class HostTableTests
{
    /// <summary>A look-up compares once for each length that a wildcard has, whatever was asked for.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lookup_AllocatesNothing(bool deep)
    {
        var hosts = new HostTable<string>(deep);
        foreach (var name in new[] { "www.example.com", "*.example.com", "*.sub.example.com", "*.x" })
            hosts.Add(name, name);

        var worst = string.Concat(Enumerable.Repeat("a.", 120)) + "example.com";
        Assert.Equal(deep ? "*.example.com" : null, hosts.Find(worst));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _ = hosts.Find(worst);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("example.com.", "example.com")]
    [InlineData("b\u00fccher.example\u3002", "xn--bcher-kva.example")]
    [InlineData("*.b\u00fccher.example\uff61", "*.xn--bcher-kva.example")]
    [InlineData("example.com..", null)]
    [InlineData("1..", null)]
    public void Normalized_HasNoRootsDot(string name, string? expected) => Assert.Equal(expected, HostNames.TryNormalize(name));

    [Theory]
    [InlineData(false, "www.example.com", "www.example.com")]
    [InlineData(false, "WWW.Example.COM.", "www.example.com")]
    [InlineData(false, "a.example.com", "*.example.com")]
    [InlineData(false, "a.b.example.com", null)]
    [InlineData(true, "a.b.example.com", "*.example.com")]
    [InlineData(true, "a.b.sub.example.com", "*.sub.example.com")]
    [InlineData(true, ".example.com", null)]
    [InlineData(true, "example.com", null)]
    [InlineData(true, "", null)]
    [InlineData(true, ".", null)]
    public void Lookup_FindsLongest(bool deep, string name, string? expected)
    {
        var hosts = new HostTable<string>(deep);
        foreach (var key in new[] { "www.example.com", "*.example.com", "*.sub.example.com" })
            hosts.Add(key, key);

        Assert.Equal(expected, hosts.Find(name));
    }
}
