using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Stress.Tests.Rolling;

/// <summary>
/// One of the servers behind a balancer: a port of plain HTTP, one of HTTPS with HTTP/2, and as many seconds of delay as it is told. Says
/// "ready"; ends on SIGTERM. "noticed" ends the delay: the balancer knows.
/// </summary>
internal static class BalancedServerRole
{
    internal const int UploadSize = 512 * 1024;
    internal const int SlowPieces = 20;
    internal const string Piece = "0123456789";
    internal const string Leaving = "leaving";

    internal static async Task<int> RunAsync(string[] arguments)
    {
        var (http, https, delay) = (Number(arguments[0]), Number(arguments[1]), Number(arguments[2]));
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            EnvironmentName = Environments.Production,
            Args = ["--hostBuilder:reloadConfigOnChange=false", $"--Aeronet:Transport:DrainDelay={TimeSpan.FromSeconds(delay):c}", "--shutdownTimeoutSeconds=120"],
        });
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseAeronetTransport();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // The balancer's clients come by http, and it says so over https.
            kestrel.AllowAlternateSchemes = true;
            kestrel.Listen(IPAddress.Loopback, http);
            kestrel.Listen(IPAddress.Loopback, https, listen => listen.UseAeronetTls(TlsParties.Certificate));
        });
        await using var app = builder.Build();
        var drain = app.Services.GetRequiredService<IAeronetDrain>();
        Map(app, drain);
        await app.StartAsync();
        await Console.Out.WriteLineAsync("ready");
        // The console's reads block, whatever they are called.
        _ = Task.Run(() => ListenAsync(app, drain));
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task ListenAsync(WebApplication app, IAeronetDrain drain)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "noticed")
                _ = drain.BeginAsync(TimeSpan.Zero);
        }

        _ = drain.BeginAsync(TimeSpan.Zero);
        app.Lifetime.StopApplication();
    }

    private static void Map(WebApplication app, IAeronetDrain drain)
    {
        app.UseWebSockets();
        app.MapGet("/readyz", () => drain.Phase == AeronetDrainPhase.Serving ? Results.Ok() : Results.StatusCode(503));
        app.MapGet("/work", async (string id) =>
        {
            await Task.Delay(Random.Shared.Next(20));
            return id;
        });
        app.MapGet("/slow", async (HttpResponse response) =>
        {
            for (var i = 0; i < SlowPieces; i++)
            {
                await response.WriteAsync(Piece);
                await response.Body.FlushAsync();
                await Task.Delay(50);
            }
        });
        app.MapPost("/upload", async (HttpRequest request) =>
        {
            var length = 0L;
            var buffer = new byte[16 * 1024];
            while (await request.Body.ReadAsync(buffer) is > 0 and var read)
                length += read;

            return length.ToString(CultureInfo.InvariantCulture);
        });
        app.Map("/ws", (HttpContext context) => EchoAsync(context, app.Lifetime.ApplicationStopping));
    }

    /// <summary>Answers each message with itself, and says when it is about to leave; the client then closes.</summary>
    private static async Task EchoAsync(HttpContext context, CancellationToken stopping)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var sending = new SemaphoreSlim(1);
        await using var registration = stopping.Register(() => _ = SendAsync(Leaving.Select(c => (byte)c).ToArray()));
        var buffer = new byte[256];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), default);
            if (received.MessageType == WebSocketMessageType.Close)
                break;

            await SendAsync(buffer.AsMemory(0, received.Count));
        }

        await sending.WaitAsync(CancellationToken.None);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);

        async Task SendAsync(ReadOnlyMemory<byte> message)
        {
            await sending.WaitAsync(CancellationToken.None);
            try
            {
                if (socket.State == WebSocketState.Open)
                    await socket.SendAsync(message, WebSocketMessageType.Text, true, default);
            }
            finally
            {
                sending.Release();
            }
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
