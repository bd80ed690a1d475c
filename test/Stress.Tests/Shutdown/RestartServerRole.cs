using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Aeronet.AspNetCore.Stress.Tests.Shutdown;

/// <summary>
/// A server of a rolling restart: it takes the sockets of the one before, and ends when the one after it has started, or its input ends. Each answer
/// says who gave it and whether its TLS session was resumed.
/// </summary>
internal static class RestartServerRole
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    /// <param name="arguments">The folder of the sockets and the certificate, the ports for HTTP and HTTPS, and how it fails, if it does.</param>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var (folder, http, https) = (arguments[0], Port(arguments[1]), Port(arguments[2]));
        using var certificate = X509CertificateLoader.LoadPkcs12FromFile(Path.Combine(folder, "cert.pfx"), "");
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter(level => level >= LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseAeronetTransport(options => options.HandOver = Path.Combine(folder, "handover.sock"));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, http);
            kestrel.Listen(IPAddress.Loopback, https, listen => listen.UseAeronetTls(tls =>
            {
                tls.Certificates.Add(certificate);
                tls.SessionTickets.Keys.Source = SessionTicketKeySource.Secret;
                tls.SessionTickets.Keys.Secret = Secret;
            }));
            kestrel.ListenUnixSocket(Path.Combine(folder, "app.sock"));
        });
        if (arguments.Length > 3)
            builder.Services.AddSingleton<IHostedService>(new RestartFault(arguments[3]));

        await using var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture, $"{Environment.ProcessId} {context.Features.Get<ITlsSessionFeature>()?.Resumed ?? false}")));
        app.Lifetime.ApplicationStopping.Register(() => Console.WriteLine("stopping"));
        await app.StartAsync();
        Console.WriteLine("started");
        _ = Task.Run(async () =>
        {
            while (await Console.In.ReadLineAsync() is not null)
            {
            }

            app.Lifetime.StopApplication();
        });
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static int Port(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
