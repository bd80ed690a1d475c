using System.Diagnostics;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

/// <summary>The standard output of a process has the lines of its requests, whole and in order, and nothing else.</summary>
public sealed class StdoutTests
{
    private const int Requests = 200;

    [Fact]
    public async Task Stdout_OfAProcess_EveryLine()
    {
        var program = Environment.ProcessPath!;
        string[] assembly = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(StdoutTests).Assembly.Location] : [];
        string[] command = [.. assembly, StdoutServer.Switch];
        using var process = Process.Start(new ProcessStartInfo(program, command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var port = await process.StandardError.ReadLineAsync().OrTimeout("the server's port");
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            client.BaseAddress = new Uri($"http://127.0.0.1:{port}");
            for (var i = 0; i < Requests; i++)
                Assert.Equal("served", await client.GetStringAsync($"/{i}%0A%E2%82%AC").OrTimeout("an answer"));

            process.StandardInput.Close();
            await process.WaitForExitAsync().OrTimeout("the server to end");

            Assert.Equal(0, process.ExitCode);
            Assert.Equal(string.Concat(Enumerable.Range(0, Requests).Select(i => $"GET /{i}\\x0a\\xe2\\x82\\xac 200\n")), await output);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
