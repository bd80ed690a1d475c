using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>What clients see of staples.</summary>
internal static partial class StapleClient
{
    public const string None = "none";

    /// <summary>The status that <c>openssl s_client -status</c> is told of the server's certificate, such as <c>good</c>; <see cref="None"/> for nothing.</summary>
    public static async Task<string> AskAsync(KestrelHost host, params string[] arguments)
    {
        string[] name = arguments.Contains("-servername") ? [] : ["-servername", "localhost"];
        var output = await OpensslClient.RunAsync(host, ["-status", .. name, .. arguments], "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        if (output.Contains("OCSP response: no response sent", StringComparison.Ordinal))
            return None;

        var status = Status().Match(output);
        Assert.True(status.Success, output);
        return status.Groups[1].Value;
    }

    /// <summary>Whether curl, which verifies the staple, is satisfied.</summary>
    public static async Task<ExternalToolResult> CurlAsync(KestrelHost host, string authorityPath, params string[] arguments)
    {
        var curl = ExternalTool.Require("curl");
        return await curl.RunAsync(["-sS", "--cert-status", "--cacert", authorityPath, "--resolve", $"localhost:{host.Port}:127.0.0.1", .. arguments, $"https://localhost:{host.Port}/"]);
    }

    public static Task UntilAsync(KestrelHost host, TlsStapleState state, string? name = null) =>
        Eventually.HoldsAsync(() => StatusOf(host, name).All(certificate => certificate.Staple == state), $"staples to be {state}", () => string.Join("; ", StatusOf(host, name)));

    public static IReadOnlyList<TlsCertificateStatus> StatusOf(KestrelHost host, string? name = null) =>
        host.Services.GetRequiredService<IAeronetTlsStatus>().Endpoints[0].Hosts.Single(each => each.Name == name).Certificates;

    [GeneratedRegex(@"Cert Status: (\w+)")]
    private static partial Regex Status();
}
