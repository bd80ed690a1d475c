using System.Net.WebSockets;
using System.Security.Cryptography;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Soak;

/// <summary>The server under load, in a process of its own: the whole pipeline, by settings as users write them.</summary>
internal static class SoakServer
{
    public const string Listening = "listening ";

    /// <summary>Serves until it is told to stop; says on standard output where.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        var site = Site.At(folder);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder, EnvironmentName = Environments.Production });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kestrel:Endpoints:Http:Url"] = "http://127.0.0.1:0",
            ["Kestrel:Endpoints:Https:Url"] = "https://127.0.0.1:0",
            ["Aeronet:Tls:Certificate:Path"] = site.CertificatePath,
            ["Aeronet:Tls:SessionTickets:Keys:Source"] = "File",
            ["Aeronet:Tls:SessionTickets:Keys:Files:0"] = site.TicketKey,
            ["Aeronet:Tls:SessionTickets:Keys:Files:1"] = site.OldTicketKey,
            ["Aeronet:Tls:SessionTickets:Keys:PollInterval"] = "00:00:01",
            ["Aeronet:StaticFiles:Mounts:0:RequestPath"] = "/files",
            ["Aeronet:StaticFiles:Mounts:0:Root"] = site.Root,
            ["Aeronet:StaticFiles:Mounts:0:DirectoryIndex:Enabled"] = "true",
            ["Aeronet:AccessLog:File:Path"] = site.AccessLog,
            ["Aeronet:AccessLog:File:MaxSize"] = "4194304",
            ["Aeronet:AccessLog:File:Keep"] = "2",
            ["Aeronet:ParserDiagnostics:Mode"] = "Log",
            ["Logging:LogLevel:Aeronet.AspNetCore.Middleware.ParserDiagnostics"] = "None",
        });
        builder.AddAeronet();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);

        await using var app = builder.Build();
        app.UseAeronet();
        app.UseWebSockets();
        app.MapGet("/plain", () => "plain");
        app.MapGet("/state", () => new ServerState(GC.GetTotalMemory(false), GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2), GC.GetTotalPauseDuration(), ThreadPool.ThreadCount));
        app.MapPost("/collect", () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
        app.MapPost("/upload", HashAsync);
        app.MapGet("/resumed", (HttpContext context) => context.Features.Get<ITlsSessionFeature>()?.Resumed == true ? "yes" : "no");
        app.Map("/echo", EchoAsync);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Console.WriteLine(Listening + string.Join(' ', addresses));
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task<string> HashAsync(HttpRequest request, CancellationToken aborted)
    {
        try
        {
            return Convert.ToHexString(await SHA256.HashDataAsync(request.Body, aborted));
        }
        catch (Exception e) when (e is ConnectionResetException or OperationCanceledException)
        {
            // Some clients leave: that is no fault of the application.
            return "";
        }
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[8192];
        while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }
}
