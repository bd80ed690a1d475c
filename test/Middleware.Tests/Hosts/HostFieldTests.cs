using Aeronet.AspNetCore.Middleware.Hosts;

namespace Aeronet.AspNetCore.Middleware.Tests.Hosts;

public sealed class HostFieldTests
{
    [Theory]
    [InlineData("example.com", "example.com", "Name", null)]
    [InlineData("EXAMPLE.com:80", "EXAMPLE.com", "Name", 80)]
    [InlineData("example.com.", "example.com.", "Name", null)]
    [InlineData("example.com:", "example.com", "Name", null)]
    [InlineData("example.com:00443", "example.com", "Name", 443)]
    [InlineData("example.com:65535", "example.com", "Name", 65535)]
    [InlineData("localhost:5000", "localhost", "Name", 5000)]
    [InlineData("a_b-c.d", "a_b-c.d", "Name", null)]
    [InlineData("1.example", "1.example", "Name", null)]
    [InlineData("0xg", "0xg", "Name", null)]
    [InlineData("127.0.0.1:1", "127.0.0.1", "IPv4", 1)]
    [InlineData("127.1", "127.1", "IPv4", null)]
    [InlineData("0x7f.1.", "0x7f.1.", "IPv4", null)]
    [InlineData("0X7F000001", "0X7F000001", "IPv4", null)]
    [InlineData("[::1]", "[::1]", "IPv6", null)]
    [InlineData("[2001:db8::1]:8080", "[2001:db8::1]", "IPv6", 8080)]
    [InlineData("[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]", "IPv6", null)]
    public void TryParse_Host_TakenApart(string value, string host, string kind, int? port)
    {
        Assert.True(HostField.TryParse(value, out var field));
        Assert.Equal(host, field.Host.ToString());
        Assert.Equal(kind, field.Kind.ToString());
        Assert.Equal(port, field.Port);
        Assert.Equal(host.TrimEnd('.'), field.Name.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(":80")]
    [InlineData("a..b")]
    [InlineData("a..")]
    [InlineData(".a")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a?b")]
    [InlineData("a#b")]
    [InlineData("user@a")]
    [InlineData("a%2fb")]
    [InlineData("bücher.example")]
    [InlineData("a\r\nb")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:99999999999999999999")]
    [InlineData("a:-1")]
    [InlineData("a:8o")]
    [InlineData("a:1:2")]
    [InlineData("::1")]
    [InlineData("[::1")]
    [InlineData("[]")]
    [InlineData("[a]")]
    [InlineData("[127.0.0.1]")]
    [InlineData("[fe80::1%eth0]")]
    [InlineData("[::1]8")]
    [InlineData("[::1].example")]
    [InlineData("*.example.com")]
    public void TryParse_NoHost_False(string value) => Assert.False(HostField.TryParse(value, out _));

    [Fact]
    public void TryParse_Lengths_AsDnsHasThem()
    {
        var label = new string('a', 63);
        var name = $"{label}.{label}.{label}.{new string('a', 61)}";

        Assert.True(HostField.TryParse(name, out _));
        Assert.True(HostField.TryParse(name + ".:80", out _));
        Assert.False(HostField.TryParse(name + "a", out _));
        Assert.False(HostField.TryParse(label + "a.example", out _));
    }
}
