using Microsoft.Extensions.Hosting;

namespace Aeronet.AspNetCore.Transport.Draining;

/// <summary>
/// Begins the drain when the host is told to stop, and keeps it from stopping the server before its time: the host asks every service
/// whether it is <see cref="StoppingAsync"/> before it stops the first.
/// </summary>
internal sealed class DrainOnStop(ServerDrain drain, IHostApplicationLifetime lifetime) : IHostedLifecycleService, IDisposable
{
    private CancellationTokenRegistration _stopping;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping = lifetime.ApplicationStopping.UnsafeRegister(static drain => ((ServerDrain)drain!).BeginForStop(), drain);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends when the server may stop, or when the host's time is up.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        drain.BeginForStop();
        await drain.MayStop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => drain.EndAsync(cancellationToken);

    public void Dispose() => _stopping.Dispose();
}
