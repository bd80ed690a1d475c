using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Interop;

/// <summary>A browser (package chromium).</summary>
[Collection(Alone.Name)]
public sealed class ChromiumTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Page_WithScriptAndImages_ShownOverHttp2()
    {
        await using var host = await TlsHost.StartAsync(
            async context =>
            {
                context.Response.ContentType = context.Request.Path.Value!.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript" : "text/html";
                await context.Response.WriteAsync(context.Request.Path.Value switch
                {
                    "/" => "<p id=x>static</p>" + string.Concat(Enumerable.Range(0, 20).Select(i => $"<script src={i}.js></script>")),
                    var path when path.EndsWith(".js", StringComparison.Ordinal) => $"x.textContent += ' {path[1..^3]}';",
                    _ => "",
                });
            },
            tls => tls.Fingerprints = true);

        var result = await BrowseAsync(host);

        Assert.Contains($"static {string.Join(' ', Enumerable.Range(0, 20))}</p>", result.Output, StringComparison.Ordinal);
        Assert.True(host.Metrics.Total("kestrel.tls_handshake.duration", ("tls.next_protocol", "h2"), ("tls.protocol.version", "1.3")) > 0, host.Metrics.ToString());
    }

    /// <summary>The browser shuffles its extensions, which JA4 is made for and JA3 is not.</summary>
    [Fact]
    public async Task Fingerprints_TwoVisits_OneJa4()
    {
        await using var host = await TlsHost.StartAsync(
            context => context.Response.WriteAsync($"[{context.Features.Get<ITlsFingerprintFeature>()!.Ja4}] [{context.Features.Get<ITlsFingerprintFeature>()!.Ja3Raw}]"),
            tls => tls.Fingerprints = true);

        var first = (await BrowseAsync(host)).Output.Split('[', ']');
        var second = (await BrowseAsync(host)).Output.Split('[', ']');

        Assert.Matches("^t13i[0-9]{4}h2_[0-9a-f]{12}_[0-9a-f]{12}$", first[1]);
        Assert.Equal(first[1], second[1]);
        Assert.NotEqual(first[3], second[3]);
    }

    private static async Task<ExternalToolResult> BrowseAsync(KestrelHost host)
    {
        var profile = Directory.CreateTempSubdirectory("aeronet-chromium-");
        try
        {
            // Without the sandbox, which needs privileges that a container has not.
            return await Peer.RunAsync(
                "chromium",
                [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--no-first-run",
                    $"--user-data-dir={profile.FullName}", "--ignore-certificate-errors", "--virtual-time-budget=5000", "--dump-dom", $"https://127.0.0.1:{host.Port}/",
                ],
                limit: s_limit);
        }
        finally
        {
            await DeleteAsync(profile);
        }
    }

    private static async Task DeleteAsync(DirectoryInfo profile)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            try
            {
                profile.Delete(recursive: true);
                return;
            }
            catch (IOException)
            {
                // A process of the browser's still writes to it.
                await Task.Delay(100);
            }
        }
    }
}
