using System.Net;
using System.Net.Sockets;

namespace Aeronet.AspNetCore.Showcase.Tests;

/// <summary>The switch <c>--aeronet-config</c>.</summary>
public sealed class ConfigSwitchTests
{
    [Fact]
    public async Task Switch_WritesTheSettingsAndListensNowhere()
    {
        // Taken, so that listening would fail.
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (exitCode, lines) = await ShowcaseProcess.RunAsync(
            "Development",
            new Dictionary<string, string>
            {
                ["AERONET__TRANSPORT__BackLog"] = "77",
                ["ASPNETCORE_Aeronet__AccessLog__Overflow"] = "Wait",
                ["Aeronet__Tls__Certificate__Password"] = "hunter2",
                ["Kestrel__Certificates__Default__Password"] = "hunter3",
            },
            $"--Kestrel:Endpoints:Http:Url=http://{taken.LocalEndpoint}", "--Aeronet:Transport:KeepAlive=true", "--aeronet-config");

        Assert.True(exitCode == 0, string.Join('\n', lines));
        Row(lines, "Aeronet:Transport:Backlog", "77", "environment variable AERONET__TRANSPORT__BackLog");
        Row(lines, "Aeronet:AccessLog:Overflow", "Wait", "environment variable ASPNETCORE_Aeronet__AccessLog__Overflow");
        Row(lines, "Aeronet:Transport:KeepAlive", "true", "command line");
        Row(lines, "Aeronet:Transport:Dispatch", "Adaptive", "appsettings.json");
        Row(lines, "Aeronet:Cors:ExplainFailures", "true", "appsettings.Development.json");
        Row(lines, "Aeronet:Transport:NoDelay", "true", "default");
        Row(lines, "Aeronet:Tls:Certificate:Password", "[redacted]", "environment variable Aeronet__Tls__Certificate__Password");
        Row(lines, "Kestrel:Certificates:Default:Password", "[redacted]", "environment variable Kestrel__Certificates__Default__Password");
        Assert.DoesNotContain(lines, line => line.Contains("hunter", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("Now listening", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UserSecrets_AreNeverShown()
    {
        var home = Directory.CreateTempSubdirectory("aeronet-secrets-");
        try
        {
            var folder = home.CreateSubdirectory(".microsoft/usersecrets/aeronet-showcase");
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "secrets.json"),
                """{ "Aeronet": { "StaticFiles": { "DirectoryIndex": { "Banner": "for my eyes" } } }, "Urls": "http://internal.example" }""");
            var variables = new Dictionary<string, string> { ["HOME"] = home.FullName };

            var (exitCode, lines) = await ShowcaseProcess.RunAsync("Development", variables, "--aeronet-config");
            Assert.True(exitCode == 0, string.Join('\n', lines));
            Row(lines, "Aeronet:StaticFiles:Mounts:0:DirectoryIndex:Banner", "[redacted]", "user secrets");
            Row(lines, "Urls", "[redacted]", "user secrets");
            Assert.DoesNotContain(lines, line => line.Contains("eyes", StringComparison.Ordinal));
            Assert.DoesNotContain(lines, line => line.Contains("internal", StringComparison.Ordinal));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Switch_NotLast_SaysSo()
    {
        var (exitCode, lines) = await ShowcaseProcess.RunAsync("Development", null, "--aeronet-config", "--Aeronet:Transport:KeepAlive=true");
        Assert.Equal(2, exitCode);
        Assert.Contains("put --aeronet-config last", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongSetting_IsNamedInstead()
    {
        var (exitCode, lines) = await ShowcaseProcess.RunAsync("Development", null, "--Aeronet:Transport:Backlog=none", "--aeronet-config");
        Assert.NotEqual(0, exitCode);
        Assert.Contains(lines, line => line.Contains("Aeronet:Transport:Backlog is 'none': use a whole number.", StringComparison.Ordinal));
    }

    private static void Row(IEnumerable<string> lines, string key, string value, string source)
    {
        var line = Assert.Single(lines, line => line.StartsWith(key + " ", StringComparison.Ordinal));
        Assert.Equal(value, line[key.Length..^source.Length].Trim());
        Assert.EndsWith("  " + source, line, StringComparison.Ordinal);
    }
}
