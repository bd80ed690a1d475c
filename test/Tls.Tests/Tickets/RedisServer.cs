using System.Diagnostics;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>A real Redis on a port of its own, without a disk.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly ExternalTool _tool = ExternalTool.Require("redis-server");
    private Process? _process;

    public RedisServer() => Start();

    public int Port { get; } = TestPorts.Next();

    public void Start() => _process = Process.Start(new ProcessStartInfo(_tool.FullPath, ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
    {
        RedirectStandardOutput = true,
    });

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.Dispose();
    }
}
