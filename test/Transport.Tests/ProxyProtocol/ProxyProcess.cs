using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>A real proxy in front of a server, in a process of its own, as its configuration says.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private ProxyProcess(Process process, DirectoryInfo folder) => (_process, _folder) = (process, folder);

    /// <summary>Where it writes, and where its files are.</summary>
    internal static DirectoryInfo NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("aeronet-proxy-");
        // Its workers are other users where the tests run as root.
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1FF);
        return folder;
    }

    /// <summary>HAProxy with the defaults that it warns about when they are missing.</summary>
    internal static Task<ProxyProcess> HaproxyAsync(DirectoryInfo folder, EndPoint awaited, string sections)
    {
        var haproxy = ExternalTool.Require("haproxy");
        var path = Path.Combine(folder.FullName, "haproxy.cfg");
        File.WriteAllText(path, $"""
            global
                maxconn 100
            defaults
                timeout connect 30s
                timeout client 60s
                timeout server 60s
            {sections}

            """);
        return StartAsync(haproxy, ["-db", "-f", path], folder, awaited);
    }

    /// <summary>nginx with its stream module; skips the test where it has none.</summary>
    internal static async Task<ProxyProcess> NginxAsync(DirectoryInfo folder, EndPoint awaited, string stream)
    {
        var nginx = ExternalTool.Require("nginx");
        const string Module = "/usr/lib/nginx/modules/ngx_stream_module.so";
        var isBuiltIn = (await nginx.RunAsync("-V")).Error.Split(' ', '\n').Contains("--with-stream");
        if (!isBuiltIn && !File.Exists(Module))
            Assert.Skip("nginx has no stream module (libnginx-mod-stream)");

        var path = Path.Combine(folder.FullName, "nginx.conf");
        var load = isBuiltIn ? "" : $"load_module {Module};";
        File.WriteAllText(path, $$"""
            {{load}}
            daemon off; worker_processes 1; pid {{folder}}/nginx.pid; error_log {{folder}}/error.log;
            events { }
            stream {
            {{stream}}
            }

            """);
        return await StartAsync(nginx, ["-c", path, "-e", Path.Combine(folder.FullName, "error.log")], folder, awaited);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().OrTimeout("the proxy to end");
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<ProxyProcess> StartAsync(ExternalTool tool, string[] arguments, DirectoryInfo folder, EndPoint awaited)
    {
        var process = Process.Start(new ProcessStartInfo(tool.FullPath, arguments))!;
        var proxy = new ProxyProcess(process, folder);
        try
        {
            await Eventually.HoldsAsync(() => process.HasExited || Listens(awaited), $"{tool.Name} listens on {awaited}");
            Assert.False(process.HasExited, $"{tool.Name} ended with code {(process.HasExited ? process.ExitCode : 0)}");
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    private static bool Listens(EndPoint endPoint)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
