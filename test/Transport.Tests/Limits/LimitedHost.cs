using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Transport.Tests.Limits;

/// <summary>Servers with limits, and clients from other addresses of the loopback network.</summary>
internal static class LimitedHost
{
    internal static Task<KestrelHost> StartAsync(
        Action<AeronetConnectionLimitOptions> limits, Action<ListenOptions>? listen = null, RequestDelegate? handler = null) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen,
            Builder = builder => builder.Services.Configure(limits),
            App = app => app.Run(handler ?? (context => context.Response.WriteAsync("served"))),
        });

    internal static double Rejected(this KestrelHost host, string reason) =>
        host.Metrics.Total("aeronet.connections.rejected", ("aeronet.rejection.reason", reason));

    internal static double Closed(this KestrelHost host, string reason) =>
        host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", reason));

    /// <summary>Opens a connection, behind a header if there is one, and asks on it: the answer, its status, or "reset". The connection stays open.</summary>
    internal static async Task<string> AskAsync(KestrelHost host, List<Socket> opened, string header = "", string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        opened.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            await socket.ConnectAsync(host.EndPoint);
            await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(header + "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            var answer = "";
            var buffer = new byte[4096];
            while (!answer.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var count = await socket.ReceiveAsync(buffer).OrTimeout("an answer");
                if (count == 0)
                    return "closed";

                answer += System.Text.Encoding.ASCII.GetString(buffer, 0, count);
            }

            return answer.Split(' ')[1];
        }
        catch (SocketException)
        {
            return "reset";
        }
    }

    /// <summary>Asks until it is served: a place is free once the server has closed the socket, which nothing tells of before.</summary>
    internal static async Task AskUntilServedAsync(KestrelHost host, List<Socket> opened, string header = "")
    {
        var start = Stopwatch.GetTimestamp();
        while (await AskAsync(host, opened, header) is var answer && answer != "200")
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TaskTimeoutExtensions.DefaultTimeout, $"No place was free in time; the last answer is {answer}.");
            await Task.Delay(5);
        }
    }

    internal static void Close(List<Socket> opened)
    {
        opened.ForEach(socket => socket.Dispose());
        opened.Clear();
    }
}
