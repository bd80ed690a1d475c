using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;

namespace Aeronet.AspNetCore.Functional.Tests.Files;

/// <summary>An application that sends <c>file.bin</c> of a folder in every way there is.</summary>
internal static class FileHost
{
    public static Task<KestrelHost> StartAsync(TransportKind transport, string folder, Action<ListenOptions>? listen)
    {
        var path = Path.Combine(folder, "file.bin");
        return KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen,
            Builder = builder => builder.Services.AddResponseCompression(o => o.MimeTypes = ["application/octet-stream"])
                .Configure<GzipCompressionProviderOptions>(o => o.Level = System.IO.Compression.CompressionLevel.Fastest),
            App = app =>
            {
                app.UseWhen(context => context.Request.Headers.AcceptEncoding.Count > 0, b => b.UseResponseCompression());
                app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(folder), RequestPath = "/static" });
                app.MapGet("/text", () => "between");
                app.MapGet("/result", () => Results.File(path, "application/octet-stream", enableRangeProcessing: true));
                app.MapMethods("/send", ["GET", "HEAD"], (HttpContext context) => SendAsync(context, path));
                app.MapGet("/mixed", async (HttpContext context) =>
                {
                    context.Response.ContentLength = 6 + new FileInfo(path).Length + 5;
                    await context.Response.WriteAsync("before");
                    await context.Response.SendFileAsync(path);
                    await context.Response.WriteAsync("after");
                });
            },
        });
    }

    private static Task SendAsync(HttpContext context, string path)
    {
        var offset = Number(context, "offset") ?? 0;
        var count = Number(context, "count");
        if (!context.Request.Query.ContainsKey("chunked"))
            context.Response.ContentLength = count ?? (new FileInfo(path).Length - offset);

        return context.Response.SendFileAsync(path, offset, count);
    }

    private static long? Number(HttpContext context, string name)
        => context.Request.Query[name].FirstOrDefault() is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}
