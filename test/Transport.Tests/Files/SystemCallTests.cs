using System.Net;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>What the kernel was asked to do, as strace saw it in a server of its own.</summary>
public sealed class SystemCallTests
{
    [Fact]
    public async Task Download_UnderStrace_SendfileAndNoReadOfTheFile()
    {
        using var file = PatternFile.Create(3_000_000);
        var log = Path.Combine(file.Folder, "strace.log");
        await using (var server = await StartAsync(
            file, "-y", "-o", log, "-e", "trace=sendfile,read,pread64,readv,preadv,preadv2,mmap,splice,copy_file_range"))
        {
            await DownloadAsync(server, file);
        }

        var calls = File.ReadLines(log).Where(line => line.Contains(file.FullPath, StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.Contains(" sendfile", call, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("EINVAL")]
    [InlineData("ENOSYS")]
    [InlineData("EOPNOTSUPP")]
    public async Task Sendfile_RefusedByTheKernel_TheFileIsCopied(string error)
    {
        using var file = PatternFile.Create(3_000_000);
        await using var server = await StartAsync(
            file, "-o", Path.Combine(file.Folder, "strace.log"), "-e", "trace=sendfile", "-e", $"inject=sendfile:error={error}");

        await DownloadAsync(server, file);
        await DownloadAsync(server, file);
    }

    [Fact]
    public async Task Sendfile_InterruptedOnce_GoesOn()
    {
        using var file = PatternFile.Create(3_000_000);
        await using var server = await StartAsync(
            file, "-o", Path.Combine(file.Folder, "strace.log"), "-e", "trace=sendfile", "-e", "inject=sendfile:error=EINTR:when=1");

        await DownloadAsync(server, file);
    }

    [Fact]
    public async Task Sendfile_ReadErrorOfTheDisk_ConnectionIsReset()
    {
        using var file = PatternFile.Create(3_000_000);
        await using var server = await StartAsync(
            file, "-o", Path.Combine(file.Folder, "strace.log"), "-e", "trace=sendfile", "-e", "inject=sendfile:error=EIO");
        using var client = await RawClient.ConnectAsync(server.EndPoint);
        await client.SendGetAsync();

        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Equal(ConnectionEnd.Reset, end);
        Assert.True(bytes.Length < 10_000);
    }

    private static async Task DownloadAsync(TracedServer server, PatternFile file)
    {
        using var client = await RawClient.ConnectAsync(server.EndPoint);
        var response = await client.GetAsync();
        Assert.Equal(file.Length, response.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
    }

    /// <summary>Starts a server of the file under strace, or skips the test where strace is missing or may not trace.</summary>
    private static async Task<TracedServer> StartAsync(PatternFile file, params string[] options)
    {
        var strace = ExternalTool.Require("strace");
        var server = ChildProcess.Start(ChildRoles.FileServer, [file.FullPath], [strace.FullPath, "-f", "-qq", .. options]);
        if (await server.TryReadLineAsync("the server to start") is { } address)
            return new TracedServer(server, IPEndPoint.Parse(new Uri(address).Authority));

        var (code, errors) = await server.EndAsync();
        await server.DisposeAsync();
        Assert.Skip($"strace cannot trace here (exit code {code}): {errors.ReplaceLineEndings(" ")}");
        throw new InvalidOperationException();
    }

    private sealed record TracedServer(ChildProcess Process, IPEndPoint EndPoint) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
