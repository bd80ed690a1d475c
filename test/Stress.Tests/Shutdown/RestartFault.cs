using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace Aeronet.AspNetCore.Stress.Tests.Shutdown;

/// <summary>Fails when the endpoints are bound already, and the host has not started yet.</summary>
internal sealed class RestartFault(string kind) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (kind == "dies")
            Process.GetCurrentProcess().Kill();

        throw new InvalidOperationException("It does not start, as the test wants.");
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
