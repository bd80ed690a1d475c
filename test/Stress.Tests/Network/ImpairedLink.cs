using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Aeronet.AspNetCore.Stress.Tests.Network;

/// <summary>
/// A link between this machine and a network namespace of its own (network_namespaces(7)), in which clients run. What it does to packets
/// is drawn from a seed and needs no module of the kernel, as tc-netem(8) does.
/// </summary>
internal sealed class ImpairedLink : IAsyncDisposable
{
    private static int s_count;

    private readonly string _name;
    private readonly TunDevice _here;
    private readonly TunDevice _there;
    private readonly LinkDirection _out;
    private readonly LinkDirection _back;

    private ImpairedLink(string name, IPAddress address, TunDevice here, TunDevice there, Impairment impairment, int seed)
    {
        (_name, Address, _here, _there) = (name, address, here, there);
        _out = new LinkDirection(here, there, impairment, seed);
        _back = new LinkDirection(there, here, impairment, ~seed);
    }

    /// <summary>Where a server listens for clients behind the link.</summary>
    public IPAddress Address { get; }

    public long Carried => _out.Carried + _back.Carried;

    public long Lost => _out.Lost + _back.Lost;

    public long Overtaking => _out.Overtaking + _back.Overtaking;

    /// <summary>Makes a link; skips the test where this machine lets nobody make one.</summary>
    public static async Task<ImpairedLink> CreateAsync(Impairment impairment, int seed)
    {
        var ip = ExternalTool.Require("ip");
        Assert.SkipUnless(File.Exists(TunDevice.Path), $"there is no {TunDevice.Path}");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may make network namespaces");

        // RFC 2544 sets 198.18.0.0/15 aside for tests.
        var number = Interlocked.Increment(ref s_count);
        var name = string.Create(CultureInfo.InvariantCulture, $"an{Environment.ProcessId}x{number}");
        var network = string.Create(CultureInfo.InvariantCulture, $"198.18.{Environment.ProcessId % 250}.{number * 4 % 248}");
        var server = new IPAddress([198, 18, (byte)(Environment.ProcessId % 250), (byte)((number * 4 % 248) + 1)]);
        var client = new IPAddress([198, 18, (byte)(Environment.ProcessId % 250), (byte)((number * 4 % 248) + 2)]);
        var created = await ip.RunAsync("netns", "add", name);
        Assert.SkipUnless(created.ExitCode == 0, $"'ip netns add' says: {created.Error.Trim()}");
        var (here, there) = (new TunDevice(name + "a"), new TunDevice(name + "b"));
        var mtu = impairment.Mtu.ToString(CultureInfo.InvariantCulture);
        string[][] commands =
        [
            ["link", "set", name + "b", "netns", name],
            ["addr", "add", $"{server}/30", "dev", name + "a"],
            ["link", "set", name + "a", "mtu", mtu, "up"],
            ["-n", name, "addr", "add", $"{client}/30", "dev", name + "b"],
            ["-n", name, "link", "set", name + "b", "mtu", mtu, "up"],
        ];
        foreach (var command in commands)
        {
            var result = await ip.RunAsync(command);
            Assert.True(result.ExitCode == 0, $"ip {string.Join(' ', command)} on {network}/30: {result}");
        }

        return new ImpairedLink(name, server, here, there, impairment, seed);
    }

    /// <summary>Pulls the cable.</summary>
    public void Cut()
    {
        _out.Cut();
        _back.Cut();
    }

    /// <summary>Starts a program at the other end.</summary>
    public Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo("ip", ["netns", "exec", _name, program, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    public async ValueTask DisposeAsync()
    {
        _out.Dispose();
        _back.Dispose();
        _here.Dispose();
        _there.Dispose();
        _ = await ExternalTool.Require("ip").RunAsync("netns", "del", _name);
    }
}
