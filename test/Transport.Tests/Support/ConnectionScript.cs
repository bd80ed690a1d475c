using Aeronet.AspNetCore.Transport.EventLoop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>One connection without HTTP: what the server's side does with it, and what the client's side does.</summary>
internal static class ConnectionScript
{
    internal static Task RunAsync(
        Func<ConnectionContext, Task> server, Func<RawClient, Task> client, Action<AeronetTransportOptions>? transport = null) =>
        RunAsync((connection, _) => server(connection), (peer, _) => client(peer), transport);

    /// <summary>
    /// Runs both sides to their ends. What fails on the server fails the test. The host is given to both, for its metrics.
    /// </summary>
    internal static async Task RunAsync(
        Func<ConnectionContext, KestrelHost, Task> server,
        Func<RawClient, KestrelHost, Task> client,
        Action<AeronetTransportOptions>? transport = null,
        int? receiveBufferSize = null)
    {
        KestrelHost? host = null;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Transport = transport,
            Listen = listen => listen.Run(async connection =>
            {
                await started.Task;
                try
                {
                    await server(connection, host!);
                    ended.TrySetResult();
                }
                catch (Exception failure)
                {
                    ended.TrySetException(failure);
                }
            }),
        }))
        {
            started.SetResult();
            using var peer = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize);
            var clientEnded = client(peer, host);

            // Who fails first tells why; the other side then waits in vain.
            await await Task.WhenAny(clientEnded, ended.Task).OrTimeout("either side of the connection", TimeSpan.FromMinutes(1));
            await Task.WhenAll(clientEnded, ended.Task).OrTimeout("both sides of the connection", TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>
    /// Goes on on the connection's loop. One read does not do: if the loop has the bytes before the reader begins to wait,
    /// the application simply goes on where it is. The client's part is <see cref="FollowToLoopAsync"/>.
    /// </summary>
    internal static async Task GoToLoopAsync(ConnectionContext connection)
    {
        do
        {
            await connection.Transport.Output.WriteAsync("?"u8.ToArray());
            connection.Transport.Input.AdvanceTo((await connection.Transport.Input.ReadAsync()).Buffer.End);
        }
        while (LoopThread.Current is not { IsLeading: true });

        await connection.Transport.Output.WriteAsync("!"u8.ToArray());
    }

    internal static async Task FollowToLoopAsync(RawClient client)
    {
        while ((await client.ReadExactlyAsync(1))[0] == '?')
            await client.SendAsync("x");
    }
}
