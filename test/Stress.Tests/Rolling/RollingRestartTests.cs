using System.Diagnostics;
using System.Globalization;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Rolling;

/// <summary>
/// Two server processes behind HAProxy are replaced one after the other, by SIGTERM and a new process on the same ports, while clients of
/// every kind ask again and again: none of them may notice. <c>AERONET_STRESS_ROLLINGS=20:5</c> replaces both 20 times, with a drain
/// delay of 5 seconds; normally it is twice, and the delay ends when HAProxy has seen that the server is not ready.
/// </summary>
public sealed class RollingRestartTests
{
    private const int DelayUntilNoticed = 100;

    private static readonly int[] s_setting = [.. (Environment.GetEnvironmentVariable("AERONET_STRESS_ROLLINGS") ?? "2").Split(':').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];

    [Fact]
    public async Task Restart_OneServerAfterTheOther_NoRequestLost()
    {
        var rollings = s_setting[0];
        var delay = s_setting.Length > 1 ? s_setting[1] : DelayUntilNoticed;
        (int Http, int Https)[] ports = [(TestPorts.Next(), TestPorts.Next()), (TestPorts.Next(), TestPorts.Next())];
        await using var balancer = Balancer.Start(ports);
        var servers = await Task.WhenAll(ports.Select(port => StartAsync(port, delay)));
        try
        {
            await balancer.WaitUntilAsync(0, "UP");
            await balancer.WaitUntilAsync(1, "UP");
            await using var load = new BalancedLoad(balancer);
            await Eventually.HoldsAsync(() => load.HasAnsweredAll || load.Lost.Count > 0, "answers of every kind", () => $"{string.Join(", ", load.Answered)}; lost {load.Lost.Count}: {string.Join("; ", load.Lost.Take(5))}");

            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < 2 * rollings; i++)
            {
                var server = i % 2;
                servers[server].Terminate();
                if (delay == DelayUntilNoticed)
                {
                    await balancer.WaitUntilAsync(server, "DOWN");
                    await servers[server].TellAsync("noticed");
                }

                Assert.Equal(0, await servers[server].WaitForExitAsync(TimeSpan.FromSeconds(delay + 120)));
                await servers[server].DisposeAsync();
                servers[server] = await StartAsync(ports[server], delay);
                await balancer.WaitUntilAsync(server, "UP");
            }

            await load.StopAsync();
            Report.Line($"{rollings} times in {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s: "
                + string.Join(", ", load.Answered.OrderBy(kind => kind.Key).Select(kind => $"{kind.Key} {kind.Value}"))
                + $"; lost {load.Lost.Count}; HAProxy: {await balancer.FailuresAsync()}");
            Assert.Empty(load.Lost);
            Assert.Equal("econ 0, eresp 0, wretr 0, wredis 0, hrsp_5xx 0", await balancer.FailuresAsync());
        }
        catch (Exception failure)
        {
            // What follows may fail because of it.
            Report.Line(failure.ToString());
            throw;
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private static async Task<ChildProcess> StartAsync((int Http, int Https) ports, int delay)
    {
        var child = ChildProcess.Start(ChildRoles.BalancedServer, null, $"{ports.Http}", $"{ports.Https}", $"{delay}");
        Assert.Equal("ready", await child.ReadLineAsync("its start", TimeSpan.FromMinutes(3)));
        return child;
    }
}
