using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

/// <summary>A server whose access log is its standard output. Tells its port on the standard error, and ends when its input does.</summary>
internal static class StdoutServer
{
    public const string Switch = "--stdout-server";

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aeronet:AccessLog:Stdout"] = "true",
            ["Aeronet:AccessLog:Format"] = "{method} {path} {status}",
            ["Aeronet:AccessLog:FlushInterval"] = "00:00:00.01",
        });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").UseAeronetTransport();
        builder.Services.AddAeronetAccessLog();
        await using var app = builder.Build();
        app.UseAeronetAccessLog();
        app.Run(context => context.Response.WriteAsync("served"));
        await app.StartAsync();
        await Console.Error.WriteLineAsync(new Uri(app.Urls.First()).Port.ToString(CultureInfo.InvariantCulture));
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }
}
