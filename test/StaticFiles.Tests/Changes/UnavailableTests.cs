using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Hosting;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Changes;

public sealed class UnavailableTests
{
    // A full descriptor table is no reason to tell caches that the file does not exist.
    [Theory]
    [InlineData(OpenOutcome.Unavailable, 503, "no-store")]
    [InlineData(OpenOutcome.Denied, 403, "no-store")]
    [InlineData(OpenOutcome.NotFound, 404, "")]
    internal async Task Invoke_OpenFails_StatusByReason(OpenOutcome outcome, int status, string cacheControl)
    {
        var options = new AeronetStaticFileOptions();
        using var files = new FileFinder(new FailingRoot(outcome), options, NullLogger.Instance);
        var middleware = new StaticFileMiddleware(
            context =>
            {
                context.Response.StatusCode = 404;
                return Task.CompletedTask;
            },
            files,
            options,
            NullLogger.Instance);

        foreach (var path in (string[])["/file", "/", "/dir/"])
        {
            var context = new DefaultHttpContext { Request = { Method = "GET", Path = path } };
            await middleware.InvokeAsync(context);

            Assert.Equal(status, context.Response.StatusCode);
            Assert.Equal(cacheControl, context.Response.Headers.CacheControl.ToString());
        }
    }

    // Out of descriptors: what is open goes on being served as long as it is unchanged.
    [Fact]
    public void Find_OpenFailsAndFileIsCached_CachedFile()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        var directory = Directory.CreateTempSubdirectory("aeronet-cached-");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "file"), "x");
            var root = new ExhaustibleRoot(LinuxFileRoot.TryOpen(directory.FullName, SymlinkPolicy.Deny)!);
            var options = new AeronetStaticFileOptions { OpenFileCacheMaxAge = TimeSpan.Zero };
            using var files = new FileFinder(root, options, NullLogger.Instance);
            Assert.Equal(FindOutcome.File, files.Find("/file", 0, out var first));
            first!.Release();

            root.IsExhausted = true;
            Assert.Equal(FindOutcome.File, files.Find("/file", 0, out var second));
            Assert.Same(first, second);
            second!.Release();
            File.AppendAllText(Path.Combine(directory.FullName, "file"), "y");
            Assert.Equal(FindOutcome.Unavailable, files.Find("/file", 0, out _));
            root.IsExhausted = false;
            Assert.Equal(FindOutcome.File, files.Find("/file", 0, out var third));
            Assert.Equal(2, third!.Stat.Size);
            third.Release();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private sealed class ExhaustibleRoot(IFileRoot inner) : IFileRoot
    {
        public bool IsExhausted { get; set; }

        public string Strategy => inner.Strategy;

        public OpenResult Open(ReadOnlySpan<byte> path) => IsExhausted ? new OpenResult(OpenOutcome.Unavailable) : inner.Open(path);

        public bool TryStat(SafeFileHandle file, out FileStat stat) => inner.TryStat(file, out stat);
    }

    private sealed class FailingRoot(OpenOutcome outcome) : IFileRoot
    {
        public string Strategy => "none";

        public OpenResult Open(ReadOnlySpan<byte> path) => new(outcome);

        public bool TryStat(SafeFileHandle file, out FileStat stat) => throw new InvalidOperationException("Nothing was opened.");
    }
}
