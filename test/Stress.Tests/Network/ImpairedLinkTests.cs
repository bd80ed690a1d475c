using System.Diagnostics;
using System.Net;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Stress.Tests.Network;

/// <summary>Clients at the other end of a bad link: curl in a network namespace of its own.</summary>
public sealed class ImpairedLinkTests : IDisposable
{
    private const int Length = 600_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-link-").FullName;

    /// <summary>What is sent is read whole, and what is asked for comes whole, whatever happens to packets.</summary>
    [Theory]
    [InlineData("delay", 40, 0, 0, 1500)]
    [InlineData("loss", 5, 30, 0, 1500)]
    [InlineData("reordering", 10, 0, 200, 1500)]
    [InlineData("small packets", 1, 0, 0, 576)]
    [InlineData("all of it", 10, 20, 100, 576)]
    public async Task Transfers_ComeWhole(string what, int delay, int lost, int overtaking, int mtu)
    {
        await using var link = await ImpairedLink.CreateAsync(new Impairment(TimeSpan.FromMilliseconds(delay), lost, overtaking, mtu), seed: 7);
        using var certificate = TestCertificate.Create();
        await using var host = await StartAsync(link.Address, kestrel => kestrel.Listen(link.Address, 0, listen => listen.UseAeronetTls(certificate)));
        var (plain, secure) = ($"http://{link.Address}:{host.Ports[1]}", $"https://{link.Address}:{host.Ports[0]}");
        var body = await FileAsync("sent");
        var begin = Stopwatch.GetTimestamp();

        await Task.WhenAll(
            DownloadAsync("plain", $"{plain}/file"),
            DownloadAsync("tls", $"{secure}/file", "--http1.1"),
            DownloadAsync("http2", $"{secure}/file", "--http2"),
            UploadAsync($"{plain}/upload"),
            UploadAsync($"{secure}/upload", "--http1.1"),
            UploadAsync($"{secure}/upload", "--http2"));

        Report.Line($"{what}: {link.Carried} packets, {link.Lost} lost, {link.Overtaking} before others, {Stopwatch.GetElapsedTime(begin).TotalSeconds:F1} s");
        Assert.True(lost == 0 || link.Lost > 0, "None was lost.");
        Assert.True(overtaking == 0 || link.Overtaking > 0, "None overtook another.");
        Assert.True(link.Carried > 6 * Length / mtu / 2, "They went another way.");

        async Task DownloadAsync(string name, string address, params string[] options)
        {
            var path = Path.Combine(_folder, name);
            var result = await CurlAsync(link, [.. options, "-o", path, address]);
            Assert.Equal("200", result);
            await using var file = File.OpenRead(path);
            Assert.Equal(Length, await Pattern.VerifyAsync(file));
        }

        async Task UploadAsync(string address, params string[] options) =>
            Assert.Equal($"{Length}200", await CurlAsync(link, [.. options, "-T", body, "-X", "POST", address]));
    }

    /// <summary>Nothing tells a server that a cable was pulled: what it has begun to send ends by the least rate that it takes.</summary>
    [Fact]
    public async Task CableThatIsPulled_InADownload_EndsTheConnection()
    {
        await using var link = await ImpairedLink.CreateAsync(new Impairment(TimeSpan.FromMilliseconds(5)), seed: 8);
        using var certificate = TestCertificate.Create();
        await using var host = await StartAsync(link.Address, kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(StressApp.UseSmallSendBuffers);
            kestrel.Listen(link.Address, 0, listen => listen.UseAeronetTls(certificate));

            // A mean: what came fast before is time that it has.
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 20_000, gracePeriod: TimeSpan.FromSeconds(5));
        });
        string[] paths = [Path.Combine(_folder, "plain"), Path.Combine(_folder, "tls")];
        using var plain = link.Start("curl", "-s", "-o", paths[0], $"http://{link.Address}:{host.Ports[1]}/endless");
        using var secure = link.Start("curl", "-s", "-k", "-o", paths[1], $"https://{link.Address}:{host.Ports[0]}/endless");
        try
        {
            await Eventually.HoldsAsync(() => paths.All(path => File.Exists(path) && new FileInfo(path).Length > 50_000), "the downloads to be under way");
            Assert.Equal(2, host.Metrics.Total("aeronet.connections.open"));
            link.Cut();
            await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "the connections to end", timeout: s_patience);

            // By the server: the clients have not heard of it.
            Assert.False(plain.HasExited || secure.HasExited);
        }
        finally
        {
            plain.Kill(entireProcessTree: true);
            secure.Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // What curl writes, and the status after it.
    private static async Task<string> CurlAsync(ImpairedLink link, string[] arguments)
    {
        using var curl = link.Start("curl", ["-s", "-S", "-k", "-w", "%{http_code}", .. arguments]);
        var (output, error) = (curl.StandardOutput.ReadToEndAsync(), curl.StandardError.ReadToEndAsync());
        try
        {
            await curl.WaitForExitAsync().OrTimeout($"curl {string.Join(' ', arguments)}", s_patience);
        }
        finally
        {
            if (!curl.HasExited)
                curl.Kill(entireProcessTree: true);
        }

        return await output + await error;
    }

    private async Task<KestrelHost> StartAsync(IPAddress address, Action<KestrelServerOptions> configure)
    {
        var file = await FileAsync("served");
        return await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            LogLevel = LogLevel.Warning,
            DefaultEndpoint = false,
            Kestrel = kestrel =>
            {
                configure(kestrel);
                kestrel.Listen(address, 0);
            },
            App = app =>
            {
                app.MapGet("/file", context => context.Response.SendFileAsync(file));
                app.MapPost("/upload", async (HttpRequest request) => await Pattern.VerifyAsync(request.Body));
                app.MapGet("/endless", async context =>
                {
                    var bytes = new byte[32 * 1024];
                    while (true)
                        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
                });
            },
        });
    }

    private async Task<string> FileAsync(string name)
    {
        var path = Path.Combine(_folder, name);
        await using var file = File.Create(path);
        await Pattern.WriteAsync(file, Length);
        return path;
    }
}
