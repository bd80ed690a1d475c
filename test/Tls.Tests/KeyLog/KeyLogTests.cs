using System.Diagnostics;
using System.Globalization;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.KeyLog;

/// <summary>The key log has what a client's own has, is nobody else's to read, and is not written by mistake.</summary>
public sealed class KeyLogTests : IDisposable
{
    private const string Request = "GET /secret-path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[] s_secrets =
        ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "EXPORTER_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"];

    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("-tls1_2", "localhost")]
    [InlineData("-tls1_3", "localhost")]
    [InlineData("-tls1_2", "www.example.com")]
    [InlineData("-tls1_3", "www.example.com")]
    public async Task Lines_AreTheClients(string version, string name)
    {
        await using var host = await StartAsync();

        await OpensslClient.RunAsync(host, [version, "-servername", name, "-keylogfile", _files["client"]], Request);

        Assert.Equal(Private, File.GetUnixFileMode(_files["keys"]));
        var ours = (await File.ReadAllLinesAsync(_files["keys"])).Order();
        Assert.Equal((await File.ReadAllLinesAsync(_files["client"])).Where(line => !line.StartsWith('#')).Order(), ours);
        Assert.Equal(version == "-tls1_2" ? ["CLIENT_RANDOM"] : s_secrets, ours.Select(line => line.Split(' ')[0]));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Capture_IsDecryptedByTshark(string version)
    {
        var tool = ExternalTool.Require("tshark");
        await using var host = await StartAsync();
        var port = host.Port.ToString(CultureInfo.InvariantCulture);
        using (var capture = Process.Start(new ProcessStartInfo(tool.FullPath, ["-q", "-i", "lo", "-f", $"tcp port {port}", "-w", _files["capture"]]) { RedirectStandardError = true })!)
        {
            try
            {
                await CapturingAsync(capture);

                // It says so before dumpcap has the interface, and nothing after: sessions until one is seen, and then a whole one.
                var sessions = 0;
                do
                {
                    Assert.InRange(++sessions, 1, 60);
                    await OpensslClient.RunAsync(host, [version], Request);
                }
                while (!await IsWrittenAsync(0, TimeSpan.FromSeconds(1)));

                var before = Captured;
                await OpensslClient.RunAsync(host, [version], Request);

                // dumpcap writes what it has when it is asked to stop (SIGINT), after its last look at the interface.
                Assert.True(await IsWrittenAsync(before, TaskTimeoutExtensions.DefaultTimeout), "The packets were not written.");
            }
            finally
            {
                Process.Start("kill", ["-INT", capture.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
                await capture.WaitForExitAsync().OrTimeout("tshark to end");
            }
        }

        string[] read = ["-r", _files["capture"], "-d", $"tcp.port=={port},tls", "-Y", "http.request", "-T", "fields", "-e", "http.request.uri"];
        Assert.Equal("", (await tool.RunAsync(read)).Output.Trim());
        var decrypted = await tool.RunAsync([.. read, "-o", $"tls.keylog_file:{_files["keys"]}"]);
        Assert.Contains("/secret-path", decrypted.Output, StringComparison.Ordinal);
    }

    /// <summary>Whether a session more has been written than when there were so many bytes.</summary>
    private async Task<bool> IsWrittenAsync(long before, TimeSpan within)
    {
        var start = Stopwatch.GetTimestamp();
        while (Captured <= before + 2000)
        {
            if (Stopwatch.GetElapsedTime(start) > within)
                return false;

            await Task.Delay(20);
        }

        return true;
    }

    private long Captured => new FileInfo(_files["capture"]) is { Exists: true } file ? file.Length : 0;

    [Fact]
    public async Task SecondStart_Appends_WarnsLoudly()
    {
        for (var i = 0; i < 2; i++)
        {
            await using var host = await StartAsync();
            await OpensslClient.RunAsync(host, ["-tls1_2"], Request);
            var warning = Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning), entry => entry.EventId.Name == "KeysAreLogged");
            Assert.Contains(_files["keys"], warning.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await File.ReadAllLinesAsync(_files["keys"])).Length);
    }

    [Theory]
    [InlineData("wide", "can be read or written by others (mode 0640, and 0600 is needed)")]
    [InlineData("link", "is a symbolic link")]
    [InlineData("hard link", "has other names (hard links)")]
    [InlineData("pipe", "cannot be opened (No such device or address)")]
    [InlineData("directory", "cannot be opened (Is a directory)")]
    [InlineData("nowhere", "cannot be opened (No such file or directory)")]
    public async Task File_OfOthers_StartFails(string kind, string problem)
    {
        var path = _files["keys"];
        switch (kind)
        {
            case "wide":
                await File.WriteAllTextAsync(path, "");
                File.SetUnixFileMode(path, Private | UnixFileMode.GroupRead);
                break;
            case "link":
                File.CreateSymbolicLink(path, _files["elsewhere"]);
                break;
            case "hard link":
                await File.WriteAllTextAsync(path, "");
                File.SetUnixFileMode(path, Private);
                Process.Start("ln", [path, _files["other"]]).WaitForExit();
                break;
            case "pipe":
                Process.Start("mkfifo", ["-m", "600", path]).WaitForExit();
                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            default:
                path = Path.Combine(path, "none");
                break;
        }

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(path: path));

        Assert.Equal($"TLS option KeyLogFile is '{path}', which {problem}: name a file of this user alone (mode 0600), or one that is not there yet.", failure.Message);
        Assert.False(File.Exists(_files["elsewhere"]));
    }

    [Fact]
    public async Task Production_Refused_UnlessAllowed()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(environment: Environments.Production));
        Assert.Contains("KeyLogFile is ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("set AllowKeyLogOutsideDevelopment", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_files["keys"]));

        await using var host = await StartAsync(environment: Environments.Production, allow: true);
        await OpensslClient.RunAsync(host, ["-tls1_2"], Request);
        Assert.StartsWith("CLIENT_RANDOM ", await File.ReadAllTextAsync(_files["keys"]), StringComparison.Ordinal);
    }

    private static async Task CapturingAsync(Process capture)
    {
        var seen = "";
        while (await capture.StandardError.ReadLineAsync().OrTimeout("tshark to capture") is { } line)
        {
            seen += line;
            if (line.StartsWith("Capturing on", StringComparison.Ordinal))
                break;
        }

        if (!seen.Contains("Capturing on", StringComparison.Ordinal))
            Assert.Skip($"tshark may not capture here: {seen}");
    }

    private Task<KestrelHost> StartAsync(string? path = null, string? environment = null, bool allow = false) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Builder = builder => builder.Environment.EnvironmentName = environment ?? Environments.Development,
            Listen = listen => listen.UseAeronetTls(tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                tls.Hosts["*.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Wildcard } };
                tls.KeyLogFile = path ?? _files["keys"];
                tls.AllowKeyLogOutsideDevelopment = allow;
            }),
            App = app => app.Run(context => context.Response.WriteAsync("ok")),
        });
}
