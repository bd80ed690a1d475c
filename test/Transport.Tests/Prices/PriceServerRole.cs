using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Prices;

/// <summary>
/// A server of short answers and of the files in a folder, over HTTP and TLS. For each line that it reads it says how many bytes it has
/// allocated until then, which also marks the place in a trace of its system calls.
/// </summary>
internal static class PriceServerRole
{
    internal static async Task<int> RunAsync(string folder)
    {
        using var certificate = TestCertificate.Create();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        // One loop, wherever it runs; and none that is handed over, because a traced thread is always late.
        builder.WebHost.UseAeronetTransport(options => (options.EventLoops, options.StallThreshold) = (1, TimeSpan.FromSeconds(10)));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseAeronetTls(certificate));
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseAeronetProxyProtocol(options => options.HeaderTimeout = TimeSpan.FromMinutes(1)));
        });
        await using var app = builder.Build();
        app.UseAeronetStaticFiles(files => (files.Root, files.RequestPath) = (folder, "/files"));
        app.Run(AnswerAsync);
        await app.StartAsync();

        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        using var output = Console.OpenStandardOutput();
        Say(string.Join(' ', addresses.Select(address => new Uri(address).Authority)));
        for (var marks = 1; await Console.In.ReadLineAsync() is not null; marks++)
            Say($"{CallLog.Mark} {marks} {GC.GetTotalAllocatedBytes(precise: true)}");

        await app.StopAsync();
        return 0;

        // In one call, so that the trace has it in one piece.
        void Say(string line) => output.Write(Encoding.ASCII.GetBytes(line + "\n"));
    }

    private static Task AnswerAsync(HttpContext context)
    {
        if (context.Features.Get<ITlsSessionFeature>() is { Resumed: true })
            context.Response.Headers["Resumed"] = "1";

        context.Response.ContentLength = 13;
        var writer = context.Response.BodyWriter;
        "Hello, World!"u8.CopyTo(writer.GetSpan(13));
        writer.Advance(13);
        return Task.CompletedTask;
    }
}
