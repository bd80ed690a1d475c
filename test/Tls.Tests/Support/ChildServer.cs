using System.Diagnostics;
using System.Text;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>An explicit test of this program in a process of its own, which goes on, and speaks with the test that started it, until its input ends.</summary>
internal sealed class ChildServer : IAsyncDisposable
{
    private const string Mark = "child says: ";

    private readonly Process _process;

    private ChildServer(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Starts it and waits until it has said something.</summary>
    public static async Task<ChildServer> StartAsync(Type type, string method, params (string Name, string Value)[] environment)
    {
        var start = ChildTest.Describe(type, method, environment);
        start.RedirectStandardError = false;
        var server = new ChildServer(Process.Start(start)!);
        try
        {
            await server.ListenAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tells it to go on, and waits until it has said something more.</summary>
    public async Task GoOnAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        await ListenAsync();
    }

    /// <summary>In that process: says something, and waits to be told to go on, or to end.</summary>
    public static async Task SayAsync(string what)
    {
        // Past xunit, which keeps what a test writes until its end.
        await using (var output = new StreamWriter(Console.OpenStandardOutput(), leaveOpen: true))
            await output.WriteLineAsync(Mark + what);

        _ = await Console.OpenStandardInput().ReadAsync(new byte[1]);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().OrTimeout("the child to end");
        }

        _process.Dispose();
    }

    private async Task ListenAsync()
    {
        var said = new StringBuilder();
        while (await _process.StandardOutput.ReadLineAsync().OrTimeout("the child to say something") is { } line)
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal))
                return;

            said.AppendLine(line);
        }

        throw new InvalidOperationException($"The child ended: {said}");
    }
}
