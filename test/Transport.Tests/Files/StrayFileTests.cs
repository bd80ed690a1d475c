using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>A file that nobody waited for ends with its request, and never goes on in the connection's next response.</summary>
public sealed class StrayFileTests
{
    // The one place where it would: the copy waits in a flush while the next request begins.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SendFile_NextRequestBegan_EndsThere(bool waitsForStart)
    {
        using var file = PatternFile.Create(1_000_000);
        using var handle = File.OpenHandle(file.FullPath);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var body = new ZeroCopyResponseBody(new NoRegions(), new TransportMetrics(services.GetRequiredService<IMeterFactory>()));
        var first = new HeldResponse(waitsForStart);
        var second = new HeldResponse(waitsForStart: false);
        body.Attach(new DefaultHttpContext(), first);
        var sending = body.SendFileAsync(handle, 0, file.Length);
        Assert.False(sending.IsCompleted);

        body.Attach(new DefaultHttpContext(), second);
        first.GoOn();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sending.OrTimeout("the stray copy"));
        Assert.Equal(0, second.Written);
        Assert.InRange(first.Written, 0, 64 * 1024);
    }

    /// <summary>A response whose start, or else whose first flush, waits.</summary>
    private sealed class HeldResponse(bool waitsForStart) : PipeWriter, IHttpResponseBodyFeature
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly byte[] _memory = new byte[64 * 1024];

        public int Written { get; private set; }

        public Stream Stream => Writer.AsStream();

        public PipeWriter Writer => this;

        public void GoOn() => _gate.SetResult();

        public Task StartAsync(CancellationToken cancellationToken = default) => waitsForStart ? _gate.Task : Task.CompletedTask;

        public override void Advance(int bytes) => Written += bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory;

        public override Span<byte> GetSpan(int sizeHint = 0) => _memory;

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            await _gate.Task;
            return default;
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("The file is sent by its handle.");
    }

    private sealed class NoRegions : IFileRegionOutput
    {
        public ZeroCopyResponseBody? ResponseBody { get; set; }

        public IHostGuard? HostGuard { get; set; }

        public bool SendsFilesByKernel => true;

        public long? TotalTaken => 0;

        public bool TryArm(SafeFileHandle file, long offset, long count) => false;

        public void Disarm()
        {
        }

        public void AbortTruncatedFile(long missing) => throw new InvalidOperationException("The file is whole.");

        public void AbortSlowReader(double bytesPerSecond) => throw new InvalidOperationException("Nobody is slow.");

        public void BeginRequest(Func<object, bool> isOver, object request, long bytesToCome)
        {
        }
    }
}
