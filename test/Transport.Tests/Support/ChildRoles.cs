using Aeronet.AspNetCore.Transport.Tests.Configuration;
using Aeronet.AspNetCore.Transport.Tests.Prices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>The parts that this program plays as a child of itself.</summary>
internal static class ChildRoles
{
    /// <summary>Serves the file named by the argument on a free port, by SendFileAsync.</summary>
    internal const string FileServer = "file-server";

    /// <summary>Serves "ok" on the sockets that systemd's protocol hands over.</summary>
    internal const string SystemdServer = "systemd-server";

    /// <summary>Serves the name of the transport in charge on a free port.</summary>
    internal const string PlainServer = "plain-server";

    /// <summary>Serves on endpoints of every kind, systemd's among them, and says what descriptors a program gets that it starts.</summary>
    internal const string InheritingServer = "inheriting-server";

    /// <summary>Serves short answers and the files of the folder named by the argument, over HTTP and TLS, and counts what it allocates.</summary>
    internal const string PriceServer = "price-server";

    /// <summary>Serves "ok" on the sockets that systemd's protocol hands over and the arguments name.</summary>
    internal const string ActivatedServer = "activated-server";

    internal static Task<int> RunAsync(string role, string[] arguments) => role switch
    {
        FileServer => ServeAsync(builder => builder.WebHost.UseUrls("http://127.0.0.1:0"), context => SendAsync(context, arguments[0])),
        SystemdServer => ServeAsync(builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.UseSystemd()), context => context.Response.WriteAsync("ok")),
        ActivatedServer => ActivatedServerRole.RunAsync(arguments),
        InheritingServer => InheritingServerRole.RunAsync(),
        PriceServer => PriceServerRole.RunAsync(arguments[0]),
        PlainServer => ServeAsync(builder => builder.WebHost.UseUrls("http://127.0.0.1:0"), RegistrationTests.AnswerAsync),
        _ => throw new ArgumentException($"There is no role '{role}'.", nameof(role)),
    };

    private static Task SendAsync(HttpContext context, string path)
    {
        context.Response.ContentLength = new FileInfo(path).Length;
        return context.Response.SendFileAsync(path);
    }

    private static async Task<int> ServeAsync(Action<WebApplicationBuilder> configure, RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        using var logs = new CapturedLogs();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(logs);
        builder.WebHost.UseAeronetTransport();
        configure(builder);
        await using var app = builder.Build();
        app.Run(handler);
        await app.StartAsync();
        Console.WriteLine(string.Join(' ', app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses));
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await app.StopAsync();
        foreach (var entry in logs.Entries.Where(e => e.Level >= LogLevel.Warning))
            await Console.Error.WriteLineAsync($"{entry.Level}: {entry.Message}");

        return 0;
    }
}
