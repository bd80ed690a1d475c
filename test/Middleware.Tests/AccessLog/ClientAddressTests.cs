using System.Net;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("203.0.113.9", "198.51.100.1", "203.0.113.9")]
    [InlineData("10.0.0.1", null, "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.9.9.9", "198.51.100.1")]
    [InlineData("10.0.0.1", "192.0.2.66, 198.51.100.1 ,2001:db8::5", "198.51.100.1")]
    [InlineData("10.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1")]
    [InlineData("10.0.0.1", "198.51.100.1:4711", "198.51.100.1")]
    [InlineData("10.0.0.1", "[2001:db8:1::7]:4711", "2001:db8:1::7")]
    [InlineData("10.0.0.1", "2001:db8:1::7", "2001:db8:1::7")]
    [InlineData("10.0.0.1", "unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "192.0.2.66, garbage, 10.2.2.2", "10.2.2.2")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    [InlineData(null, "198.51.100.1", null)]
    [InlineData("10.0.0.1", "198.51.100.1,", "198.51.100.1")]
    [InlineData("10.0.0.1", "198.51.100.1, ,", "198.51.100.1")]
    [InlineData("10.0.0.1", ",", "10.0.0.1")]
    [InlineData("10.0.0.1", "1.2.3", "10.0.0.1")]
    [InlineData("10.0.0.1", "1", "10.0.0.1")]
    [InlineData("10.0.0.1", "0x7f.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "010.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "1.2.3.4.5", "10.0.0.1")]
    [InlineData("10.0.0.1", "1.2.3.256", "10.0.0.1")]
    [InlineData("10.0.0.1", "1.2.3.4:", "10.0.0.1")]
    [InlineData("10.0.0.1", "[1.2.3.4]", "10.0.0.1")]
    [InlineData("10.0.0.1", "fe80::1%eth0", "10.0.0.1")]
    [InlineData("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "198.51.100.1, ::ffff:10.2.2.2", "198.51.100.1")]
    [InlineData("10.0.0.1", "\", 198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "\"192.0.2.66, 198.51.100.1, 10.2.2.2", "198.51.100.1")]
    [InlineData("10.0.0.1", "\"192.0.2.66\", \"198.51.100.1\"", "10.0.0.1")]
    public void Find_Forwarded_OnlyFromKnown(string? remote, string? forwarded, string? expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
        if (forwarded is not null)
            context.Request.Headers["X-Forwarded-For"] = forwarded;

        var found = new ClientAddress(["10.0.0.0/8", "2001:db8::5"], "X-Forwarded-For").Find(context);

        Assert.Equal(expected, found?.ToString());
    }

    [Theory]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.2", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.9.9.9", true)]
    [InlineData("::ffff:10.0.0.0/104", "11.0.0.1", false)]
    [InlineData("::ffff:10.0.0.0/104", "::ffff:10.9.9.9", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.9.9.9", true)]
    public void KnownProxies_MappedForm_IsTheIPv4One(string known, string remote, bool trusted)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(remote);
        context.Request.Headers["X-Forwarded-For"] = "198.51.100.1";

        var found = new ClientAddress([known], "X-Forwarded-For").Find(context)!;

        Assert.Equal(trusted, found.Equals(IPAddress.Parse("198.51.100.1")));
    }

    [Theory]
    [InlineData("10.1")]
    [InlineData("10.0.0")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0/8")]
    [InlineData("UNIX")]
    [InlineData("")]
    public void KnownProxies_NoAddress_IsRefused(string text) => Assert.False(ClientAddress.TryParse(text, out _));

    // Who connects to a Unix socket has no address, and is believed if that is said.
    [Theory]
    [InlineData("unix", "198.51.100.1")]
    [InlineData("10.0.0.0/8", null)]
    public void Find_UnixSocket_OnlyIfKnown(string known, string? expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["X-Forwarded-For"] = "198.51.100.1";

        Assert.Equal(expected, new ClientAddress([known], "X-Forwarded-For").Find(context)?.ToString());
    }

    [Theory]
    [InlineData("for=198.51.100.1", "198.51.100.1")]
    [InlineData("For=198.51.100.1;proto=https;by=10.0.0.1", "198.51.100.1")]
    [InlineData("proto=http; for=\"198.51.100.1:4711\"", "198.51.100.1")]
    [InlineData("for=\"[2001:db8:1::7]:4711\"", "2001:db8:1::7")]
    [InlineData("for=192.0.2.66, for=198.51.100.1, for=10.2.2.2", "198.51.100.1")]
    [InlineData("for=198.51.100.1;host=\"a,b\"", "198.51.100.1")]
    [InlineData("for=192.0.2.66, for=198.51.100.1;host=\"a\\\",b\"", "198.51.100.1")]
    [InlineData("for=198.51.100.1,", "198.51.100.1")]
    [InlineData("for=unknown", "10.0.0.1")]
    [InlineData("for=_hidden", "10.0.0.1")]
    [InlineData("for=198.51.100.1, for=_hidden", "10.0.0.1")]
    [InlineData("proto=https", "10.0.0.1")]
    [InlineData("198.51.100.1", "10.0.0.1")]
    [InlineData("for=1.2.3.4;x=\", for=198.51.100.1", "198.51.100.1")]
    [InlineData("for=1.2.3.4;x=\", for=\"[2001:db8:1::7]:1\"", "2001:db8:1::7")]
    [InlineData("for=1.2.3.4;x=\"\\, for=\"[2001:db8:1::7]:1\"", "2001:db8:1::7")]
    [InlineData("for=1.2.3.4;x=\", for=198.51.100.1;host=\"a\\\"b\"", "198.51.100.1")]
    [InlineData("for=1.2.3.4;x=\", for=198.51.100.1;host=\"a\\\\\"", "198.51.100.1")]
    [InlineData("for=1.2.3.4;x=\", for=198.51.100.1, for=\"10.2.2.2\"", "198.51.100.1")]
    [InlineData("host=\"a;for=1.2.3.4\";for=198.51.100.1", "198.51.100.1")]
    [InlineData("host=\"x;for=1.2.3.4;y\";for=198.51.100.1", "198.51.100.1")]
    [InlineData("host=\"x\\\";for=1.2.3.4;\";for=198.51.100.1", "198.51.100.1")]
    [InlineData("for=1.2.3.4;for=198.51.100.1", "10.0.0.1")]
    [InlineData("for=1.2.3.4, for=198.51.100.1;host=\"a", "10.0.0.1")]
    public void Find_Rfc7239(string forwarded, string expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.1");
        context.Request.Headers["Forwarded"] = forwarded;

        Assert.Equal(expected, new ClientAddress(["10.0.0.0/8"], "forwarded").Find(context)?.ToString());
    }

    [Fact]
    public void Find_SeveralLines_LastFirst()
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.1");
        context.Request.Headers["X-Forwarded-For"] = new(["192.0.2.1", "198.51.100.1, 10.0.0.2"]);

        Assert.Equal("198.51.100.1", new ClientAddress(["10.0.0.0/8"], "X-Forwarded-For").Find(context)?.ToString());
    }
}
