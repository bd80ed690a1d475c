using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>
/// A server on sockets that it was started with: those at the addresses, and those of the names, that its arguments say. Says what a program gets that it
/// starts, and what it logs as wrong.
/// </summary>
internal static class ActivatedServerRole
{
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        using var logs = new CapturedLogs();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(logs);
        builder.WebHost.UseAeronetTransport();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (var argument in arguments)
            {
                if (argument.StartsWith('/'))
                    kestrel.ListenUnixSocket(argument);
                else if (IPEndPoint.TryParse(argument, out var address))
                    kestrel.Listen(address);
                else
                    kestrel.ListenSystemdSocket(argument);
            }
        });
        WebApplication app;
        try
        {
            app = builder.Build();
        }
        catch (InvalidOperationException failure)
        {
            Console.WriteLine(failure.Message);
            return 1;
        }

        await using var disposed = app;
        app.Run(context => context.Response.WriteAsync("ok"));
        await app.StartAsync();
        Console.WriteLine($"variables: {await VariablesOfAProgramAsync()}");
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await app.StopAsync();
        foreach (var entry in logs.From("Aeronet", LogLevel.Warning))
            await Console.Error.WriteLineAsync(entry.Message);

        return 0;
    }

    private static async Task<int> VariablesOfAProgramAsync()
    {
        using var program = Process.Start(new ProcessStartInfo("/usr/bin/env") { RedirectStandardOutput = true })!;
        var output = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();
        return output.Split('\n').Count(line => line.StartsWith("LISTEN_", StringComparison.Ordinal));
    }
}
