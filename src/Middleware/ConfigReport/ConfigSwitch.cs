using Microsoft.Extensions.Hosting;

namespace Aeronet.AspNetCore.Middleware.ConfigReport;

/// <summary>
/// The command line switch <c>--aeronet-config</c>: writes the settings in force to the standard output and ends the process, before
/// anything starts or listens.
/// </summary>
internal sealed class ConfigSwitch(IServiceProvider services) : IHostedLifecycleService
{
    private const string Name = "--aeronet-config";

    /// <summary>Whether this process was started with it.</summary>
    public static bool IsGiven => Environment.GetCommandLineArgs().Skip(1).Any(argument =>
        argument == Name || argument.StartsWith(Name + "=", StringComparison.Ordinal));

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // The framework takes what follows a switch without an equals sign for its value, and so would not see that setting.
        var arguments = Environment.GetCommandLineArgs();
        if (Array.IndexOf(arguments, Name) is > 0 and var place && place < arguments.Length - 1)
        {
            var next = arguments[place + 1];
            Console.Error.WriteLine($"{Name} is followed by '{next}', which would be taken for its value: put {Name} last.");
            Environment.Exit(2);
        }

        Console.Out.Write(ConfigTable.Format(ConfigReporter.Read(services)));
        Console.Out.Flush();
        Environment.Exit(0);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
