using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.HttpsRedirect;

/// <summary>Fails the start of an application whose redirects lead back to the http port that they come from.</summary>
internal sealed class OwnPortCheck : IHostedLifecycleService
{
    private readonly List<HttpsPorts> _ports = [];

    public void Add(HttpsPorts ports) => _ports.Add(ports);

    // The first moment at which the server has bound every endpoint, and the last at which a start can fail.
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        string[] failures = [.. _ports.Select(ports => ports.FindOwnPort()).OfType<string>().Distinct()];
        return failures.Length == 0 ? Task.CompletedTask
            : throw new OptionsValidationException(Options.DefaultName, typeof(AeronetHttpsRedirectOptions), failures);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
