using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Admission;

namespace Aeronet.AspNetCore.Tls.Tests.Admission;

/// <summary>What counts as one client, and what is remembered of each.</summary>
public sealed class ClientLimitTests
{
    private static readonly long s_second = Stopwatch.Frequency;

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("192.0.2.1", "192.0.2.254", true, 24)]
    [InlineData("192.0.2.1", "192.0.3.1", false, 24)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.254", true, 24)]
    [InlineData("2001:db8:1::1", "2001:db8:1:ffff::1", true, 32, 48)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1::2", false, 32, 128)]
    public void Prefix_OfTwoAddresses_IsOneClientOrTwo(string one, string other, bool isOne, int ipv4 = 32, int ipv6 = 64)
    {
        var prefix = new ClientPrefix(ipv4, ipv6);

        Assert.True(prefix.TryGet(new IPEndPoint(IPAddress.Parse(one), 1), out var first));
        Assert.True(prefix.TryGet(new IPEndPoint(IPAddress.Parse(other), 2), out var second));

        Assert.Equal(isOne, first == second);
    }

    [Fact]
    public void Prefix_WithoutAnAddress_IsNone() =>
        Assert.False(new ClientPrefix(32, 64).TryGet(new UnixDomainSocketEndPoint("/tmp/x"), out _));

    [Fact]
    public void Rate_OverAMinute_AdmitsBurstAndAverage()
    {
        var rate = new RateLimit(perSecond: 10, burst: 5);
        var (full, admitted) = (0L, 0);
        for (var now = s_second; now < 61 * s_second; now += s_second / 1000)
        {
            if (rate.Admits(full, now, patience: 0, out var next, out _))
                (full, admitted) = (next, admitted + 1);
        }

        Assert.InRange(admitted, 603, 605);
    }

    [Fact]
    public void Rate_WithPatience_SaysHowLongToWait()
    {
        var rate = new RateLimit(perSecond: 10, burst: 1);
        var full = 0L;
        for (var i = 0; i < 6; i++)
        {
            Assert.True(rate.Admits(full, s_second, patience: s_second / 2, out full, out var wait));
            Assert.Equal(i * s_second / 10, wait);
        }

        Assert.False(rate.Admits(full, s_second, patience: s_second / 2, out _, out _));
    }

    [Fact]
    public void Table_FloodedByAddresses_AllocatesNothingAndKeepsWhoIsInProgress()
    {
        var table = new ClientTable(new RateLimit(perSecond: 1, burst: 2), maxConcurrent: 3, sets: 16);
        var flood = (UInt128)1 << 64;
        Assert.True(table.TryEnter(7, s_second, out var isCounted));
        Assert.True(isCounted);
        table.Reserve(flood, s_second, 0, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var admitted = 0;
        for (var i = 0; i < 100_000; i++)
            admitted += table.Reserve(flood + (uint)i, s_second, 0, out _) == AdmissionLimit.None ? 1 : 0;

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(100_000, admitted);
        Assert.True(table.TryEnter(7, s_second, out _));
        Assert.True(table.TryEnter(7, s_second, out _));
        Assert.False(table.TryEnter(7, s_second, out _));
        for (var i = 0; i < 3; i++)
            table.Leave(7);

        Assert.Equal(0, table.CountActive());
    }

    [Fact]
    public void Table_FullOfClientsInProgress_CountsTheNextForNobody()
    {
        var table = new ClientTable(default, maxConcurrent: 1, sets: 1);
        for (var i = 0; i < 8; i++)
        {
            Assert.True(table.TryEnter((UInt128)i, s_second, out var isCounted));
            Assert.True(isCounted);
        }

        Assert.True(table.TryEnter(100, s_second, out var isNinthCounted));
        Assert.False(isNinthCounted);
        for (var i = 0; i < 8; i++)
            table.Leave((UInt128)i);

        Assert.Equal(0, table.CountActive());
        Assert.Throws<InvalidOperationException>(() => table.Leave(3));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(24, false)]
    public async Task Clients_OfOtherAddresses_AreOthersUnlessThePrefixSaysOtherwise(int prefix, bool isOther)
    {
        await using var host = await AdmissionHost.StartAsync(limits =>
        {
            limits.OnExceeded = TlsAdmissionExceeded.Refuse;
            (limits.HandshakesPerSecondPerClient, limits.BurstPerClient) = (0.01, 2);
            limits.IPv4PrefixLength = prefix;
        });

        Assert.True(await BeginsAsync(host, "127.0.0.2"));
        Assert.True(await BeginsAsync(host, "127.0.0.2"));
        Assert.False(await BeginsAsync(host, "127.0.0.2"));
        Assert.Equal(isOther, await BeginsAsync(host, "127.0.0.3"));
        Assert.True(await BeginsAsync(host, "127.0.1.2"));
    }

    /// <summary>Whether a client of the address is answered its ClientHello.</summary>
    private static async Task<bool> BeginsAsync(KestrelHost host, string address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        try
        {
            await socket.ConnectAsync(host.EndPoint).OrTimeout("a connection");
            await socket.SendAsync(AdmissionHost.Hello).OrTimeout("the hello");
            return await socket.ReceiveAsync(new byte[5]).OrTimeout("an answer") > 0;
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return false;
        }
    }
}
