using Aeronet.AspNetCore.StaticFiles.Files;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Changes;

public sealed class UnavailableTests
{
    // A full descriptor table is no reason to tell caches that the file does not exist.
    [Theory]
    [InlineData(OpenOutcome.Unavailable, 503, "no-store")]
    [InlineData(OpenOutcome.Denied, 404, "")]
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

    private sealed class FailingRoot(OpenOutcome outcome) : IFileRoot
    {
        public string Strategy => "none";

        public OpenResult Open(ReadOnlySpan<byte> path) => new(outcome);

        public bool TryStat(SafeFileHandle file, out FileStat stat) => throw new InvalidOperationException("Nothing was opened.");
    }
}
