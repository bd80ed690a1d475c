using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>
/// A server for whose whole process something is wrong. Says its ports for HTTP and HTTPS; "report" asks for the open connections and what was logged as
/// an error, "release" lets the uploads be read. No limit of time is shorter than ten minutes.
/// </summary>
internal static class FaultServerRole
{
    internal const int BigLength = 4 * 1024 * 1024;

    private static readonly TaskCompletionSource s_released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="arguments">The file of the certificate, and a file to serve.</param>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var (certificatePath, filePath) = (arguments[0], arguments[1]);
        using var certificate = X509CertificateLoader.LoadPkcs12FromFile(certificatePath, "");
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            App = app => Map(app, filePath),
            LogLevel = LogLevel.Warning,
            Transport = options => options.EventLoops = 2,
            Kestrel = kestrel =>
            {
                var limit = TimeSpan.FromMinutes(10);
                (kestrel.Limits.KeepAliveTimeout, kestrel.Limits.RequestHeadersTimeout, kestrel.Limits.MinResponseDataRate) = (limit, limit, null);
                kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseAeronetTls(tls =>
                {
                    tls.Certificates.Add(certificate);
                    tls.HandshakeTimeout = limit;
                }));
            },
        });
        await Console.Out.WriteLineAsync($"{host.Ports[0]} {host.Ports[1]}");
        while (await Console.In.ReadLineAsync() is { } question)
        {
            if (question == "release")
                s_released.SetResult();

            var errors = host.Logs.Entries.Where(entry => entry.Level >= LogLevel.Error).Select(entry => entry.ToString().ReplaceLineEndings(" "));
            await Console.Out.WriteLineAsync($"{host.Metrics.Total("aeronet.connections.open")} {string.Join("; ", errors)}");
        }

        return 0;
    }

    private static void Map(WebApplication app, string filePath)
    {
        StressApp.Map(app);
        app.MapGet("/now", (RequestDelegate)(context =>
            StressApp.WriteAsync(context, DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))));
        app.MapGet("/file", (RequestDelegate)(context =>
        {
            context.Response.ContentLength = new FileInfo(filePath).Length;
            return context.Response.SendFileAsync(filePath);
        }));
        app.MapGet("/big", (RequestDelegate)(context =>
        {
            context.Response.ContentLength = BigLength;
            return Pattern.WriteAsync(context.Response.Body, BigLength);
        }));
        app.MapPost("/upload", (RequestDelegate)(async context =>
        {
            await s_released.Task;
            await StressApp.WriteAsync(context, (await CountAsync(context.Request.Body)).ToString(CultureInfo.InvariantCulture));
        }));
    }

    private static async Task<long> CountAsync(Stream body)
    {
        var length = 0L;
        var buffer = new byte[16 * 1024];
        while (await body.ReadAsync(buffer) is > 0 and var read)
            length += read;

        return length;
    }
}
