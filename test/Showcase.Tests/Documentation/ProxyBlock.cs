using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>Settings of nginx and HAProxy: those programs read them, each in the place that it is for.</summary>
internal static partial class ProxyBlock
{
    private const string StreamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";

    /// <summary>What <c>nginx -t</c> says. Servers are put into http, locations and whatever else into a server.</summary>
    public static Task<IReadOnlyList<string>> FaultsOfNginxAsync(CodeFence fence) => ReadAsync(folder =>
    {
        if (fence.Text.Contains("stream {", StringComparison.Ordinal) && !File.Exists(StreamModule))
            Assert.Skip($"{StreamModule} is not installed");

        var text = FirstWord().Match(fence.Text).Value switch
        {
            "stream" => $"load_module {StreamModule};\nevents {{}}\n{fence.Text}",
            "http" or "events" or "worker_processes" => fence.Text,
            "server" or "upstream" or "map" or "log_format" => $"events {{}}\nhttp {{\n{fence.Text}}}\n",
            _ => $"events {{}}\nhttp {{\nserver {{\n{fence.Text}}}\n}}\n",
        };
        var path = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(path, $"pid {folder}/nginx.pid;\nerror_log stderr;\n{WithCertificate(text, folder).Replace("/var/log/files", folder, StringComparison.Ordinal)}");
        return ("nginx", ["-t", "-q", "-p", folder, "-c", path]);
    });

    /// <summary>What <c>haproxy -c</c> says, with times for all, without which it warns, and somebody who listens, without whom it ends.</summary>
    public static Task<IReadOnlyList<string>> FaultsOfHaproxyAsync(CodeFence fence) => ReadAsync(folder =>
    {
        var path = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(path, $"defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\nfrontend nobody\n  bind unix@{folder}/nobody.sock\n{WithCertificate(fence.Text, folder)}");
        return ("haproxy", ["-c", "-f", path]);
    });

    private static async Task<IReadOnlyList<string>> ReadAsync(Func<string, (string Tool, string[] Arguments)> prepare)
    {
        var folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
        try
        {
            var (tool, arguments) = prepare(folder);
            var result = await ExternalTool.Require(tool).RunAsync(arguments);
            return result.ExitCode == 0 ? [] : [result.Output + result.Error];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // One for all, with its key in the same file.
    private static string WithCertificate(string text, string folder)
    {
        using var certificate = TestCertificate.Create();
        var path = Path.Combine(folder, "site.pem");
        File.WriteAllText(path, $"{certificate.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportECPrivateKeyPem()}\n");
        return PemFile().Replace(text, path);
    }

    [GeneratedRegex(@"^\w+", RegexOptions.Multiline)]
    private static partial Regex FirstWord();

    [GeneratedRegex(@"/etc/[\w/.-]+\.(pem|crt|key)")]
    private static partial Regex PemFile();
}
