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
    public void Find_Forwarded_OnlyFromKnown(string? remote, string? forwarded, string? expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
        if (forwarded is not null)
            context.Request.Headers["X-Forwarded-For"] = forwarded;

        var found = new ClientAddress(["10.0.0.0/8", "2001:db8::5"], "X-Forwarded-For").Find(context);

        Assert.Equal(expected, found?.ToString());
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
