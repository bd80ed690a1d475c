using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>What the kernel was asked to do, as strace saw it in a server of its own.</summary>
public sealed class SystemCallTests
{
    [Fact]
    public async Task Download_UnderStrace_SendfileAndNoReadOfTheFile()
    {
        var strace = ExternalTool.Require("strace");
        using var file = PatternFile.Create(3_000_000);
        var log = Path.Combine(file.Folder, "strace.log");
        await using var server = ChildProcess.Start(
            ChildRoles.FileServer,
            [file.FullPath],
            strace.FullPath, "-f", "-y", "-qq", "-o", log, "-e", "trace=sendfile,read,pread64,readv,preadv,preadv2,mmap,splice,copy_file_range");
        if (await server.TryReadLineAsync("the server to start") is not { } address)
        {
            var (code, errors) = await server.EndAsync();
            Assert.Skip($"strace cannot trace here (exit code {code}): {errors.ReplaceLineEndings(" ")}");
            return;
        }

        using (var client = await RawClient.ConnectAsync(System.Net.IPEndPoint.Parse(new Uri(address).Authority)))
        {
            var response = await client.GetAsync();
            Assert.Equal(file.Length, response.Body.Length);
            Assert.Equal(-1, Pattern.FindMismatch(response.Body));
        }

        await server.EndAsync();
        var calls = File.ReadLines(log).Where(line => line.Contains(file.FullPath, StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.Contains(" sendfile", call, StringComparison.Ordinal));
    }
}
