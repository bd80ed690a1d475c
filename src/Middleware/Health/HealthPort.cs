using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>
/// The probes on a port of their own: one thread, blocking calls, one client after the other, each for at most <see cref="Patience"/>. Neither
/// the event loops nor the thread pool have a part in it. It answers from before the server starts until after it has stopped.
/// </summary>
internal sealed class HealthPort(HealthProbes probes, IOptions<AeronetHealthOptions> options, ILoggerFactory loggers) : IHostedLifecycleService, IDisposable
{
    private const int MostHead = 8 * 1024;

    private readonly ILogger _logger = loggers.CreateLogger("Aeronet.AspNetCore.Middleware.Health");
    private Socket? _listener;
    private Thread? _thread;
    private volatile bool _stops;

    /// <summary>What a client gets to send its request and to take the answer.</summary>
    private static TimeSpan Patience { get; } = TimeSpan.FromSeconds(2);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Port == 0)
        {
            return Task.CompletedTask;
        }

        _listener = Bind();
        _thread = new Thread(Run) { IsBackground = true, Name = "aeronet-health", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
        HealthLog.Listening(_logger, _listener.LocalEndPoint!.ToString()!);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _stops = true;
        _thread?.Join();
        _thread = null;
        _listener?.Dispose();
    }

    private Socket Bind()
    {
        var port = options.Value.Port;
        var any = options.Value.AnyAddress;
        var socket = any && Socket.OSSupportsIPv6
            ? new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(any ? (socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any) : IPAddress.Loopback, port));
            socket.Listen(64);
            return socket;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            var failures = new OptionFailures();
            failures.Add($"{AeronetHealthOptions.SectionName}:{nameof(AeronetHealthOptions.Port)} is {port}, which cannot be listened on ({failure.Message}): use a free port.");
            failures.ThrowIfAny(typeof(AeronetHealthOptions));
            throw;
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The thread is the only one: what one client brings about must not end the answers to the others.")]
    private void Run()
    {
        while (!_stops)
        {
            try
            {
                // Looked at while nobody asks as well: that a loop is stuck is known by two looks.
                if (!_listener!.Poll(TimeSpan.FromMilliseconds(250), SelectMode.SelectRead))
                {
                    probes.Answer(Probe.Live);
                    continue;
                }

                using var client = _listener.Accept();
                Serve(client);
            }
            catch (SocketException)
            {
                // The client has gone, or there was no descriptor for it.
                Thread.Sleep(10);
            }
            catch (Exception failure)
            {
                HealthLog.ProbeFailed(_logger, failure);
                Thread.Sleep(100);
            }
        }
    }

    private void Serve(Socket client)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        client.NoDelay = true;
        client.SendTimeout = (int)Patience.TotalMilliseconds;
        var head = new byte[MostHead];
        var length = 0;
        while (!head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            var left = deadline - Environment.TickCount64;
            if (left <= 0 || length == head.Length || !client.Poll(TimeSpan.FromMilliseconds(left), SelectMode.SelectRead))
            {
                return;
            }

            var received = client.Receive(head, length, head.Length - length, SocketFlags.None);
            if (received == 0)
            {
                return;
            }

            length += received;
        }

        client.Send(Respond(head.AsSpan(0, length)));
        client.Shutdown(SocketShutdown.Both);
    }

    private byte[] Respond(ReadOnlySpan<byte> head)
    {
        var line = Encoding.ASCII.GetString(head[..head.IndexOf((byte)'\r')]).Split(' ');
        if (line is not [var method, var target, _])
        {
            return Response("400 Bad Request", "text/plain", [], isHead: false);
        }

        var isHead = method == "HEAD";
        if (method != "GET" && !isHead)
        {
            return Response("405 Method Not Allowed\r\nAllow: GET, HEAD", "text/plain", [], isHead: false);
        }

        Probe? probe = target.Split('?')[0] switch
        {
            AeronetHealth.LivePath => Probe.Live,
            AeronetHealth.ReadyPath => Probe.Ready,
            AeronetHealth.StartupPath => Probe.Startup,
            _ => null,
        };
        if (probe is not { } asked)
        {
            return Response("404 Not Found", "text/plain", [], isHead);
        }

        var answer = probes.Answer(asked);
        return Response(answer.StatusCode == 200 ? "200 OK" : "503 Service Unavailable", answer.ContentType, answer.Body, isHead);
    }

    private static byte[] Response(string status, string contentType, byte[] body, bool isHead)
    {
        var head = $"HTTP/1.1 {status}\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. isHead ? [] : body];
    }
}
