using System.Diagnostics;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>A client whose process is stopped (SIGSTOP) in the middle of a download: the kernel still acknowledges, and nobody reads.</summary>
public sealed class StoppedClientTests : IDisposable
{
    private const int Length = 64 * 1024 * 1024;
    private const int Piece = 64 * 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-stopped-").FullName;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("body", "kestrel.connection.duration", "error.type", "min_response_data_rate")]
    [InlineData("file", "aeronet.connections.closed", "aeronet.close.reason", "slow_reader")]
    public async Task Download_ClientIsStopped_EndedByTheDataRateWhileOthersAreServed(string kind, string metric, string tag, string reason)
    {
        var curl = ExternalTool.Require("curl");
        await using var server = await StressServer.StartAsync(2, new KestrelHostOptions
        {
            App = Map,
            Kestrel = kestrel => kestrel.Limits.MinResponseDataRate = new MinDataRate(Length, TimeSpan.FromSeconds(1.1)),
        });
        var received = Path.Combine(_folder, "received");
        using var client = Process.Start(curl.FullPath, ["--silent", "--no-buffer", "--output", received, $"http://127.0.0.1:{server.Host.Port}/{kind}"]);
        try
        {
            await Eventually.HoldsAsync(() => SizeOf(received) > 0, "the download to begin");
            Signals.Send(client.Id, "STOP");
            await Eventually.HoldsAsync(() => Signals.IsStopped(client.Id), "curl to be stopped");
            _stopped.SetResult();
            using (var other = server.Host.CreateHttpClient())
            {
                var start = Stopwatch.GetTimestamp();
                do
                    Assert.Equal("Hello, World!", await other.GetStringAsync("/plain"));
                while (!_aborted.Task.IsCompleted && Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1));
            }

            Assert.True(_aborted.Task.IsCompleted, "The stopped client is served for ever.");
            await server.IdleAsync();
            Assert.True(Signals.IsStopped(client.Id), "curl was not stopped all the time.");
            Assert.InRange(server.Host.Metrics.Total("aeronet.bytes.sent"), Piece, Length);
            Assert.True(server.Host.Metrics.Total(metric, (tag, reason)) > 0, $"It was not the data rate that ended it. {server.Host.Metrics}");

            Signals.Send(client.Id, "CONT");
            await client.WaitForExitAsync().OrTimeout("curl to see the end");
            Assert.NotEqual(0, client.ExitCode);
            Assert.InRange(SizeOf(received), 1, Length - 1);
        }
        finally
        {
            if (!client.HasExited)
                client.Kill();
        }

        await server.StopCleanlyAsync();
    }

    private static long SizeOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private void Map(WebApplication app)
    {
        StressApp.Map(app);
        var path = Path.Combine(_folder, "file");
        using (var file = File.Create(path))
            file.SetLength(Length);

        app.MapGet("/body", (RequestDelegate)(async context =>
        {
            await BeginAsync(context);
            for (var sent = Piece; sent < Length && !context.RequestAborted.IsCancellationRequested; sent += Piece)
                await context.Response.Body.WriteAsync(new byte[Piece]);
        }));
        app.MapGet("/file", (RequestDelegate)(async context =>
        {
            await BeginAsync(context);
            await context.Response.SendFileAsync(path, Piece, Length - Piece);
        }));
    }

    /// <summary>Sends the first piece, and goes on when the client is stopped.</summary>
    private async Task BeginAsync(HttpContext context)
    {
        context.RequestAborted.Register(_aborted.SetResult);
        context.Response.ContentLength = Length;
        await context.Response.Body.WriteAsync(new byte[Piece]);
        await context.Response.Body.FlushAsync();
        await _stopped.Task;
    }
}
