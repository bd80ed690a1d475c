using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Aeronet.AspNetCore.Middleware.Configuration;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>
/// The probes on a port of their own: one thread, which waits for all of its clients at once, and gives each <see cref="Patience"/> to send its
/// request. Neither the event loops nor the thread pool have a part in it. It answers from before the server starts until after it has stopped.
/// </summary>
internal sealed class HealthPort(
    HealthProbes probes, IOptions<AeronetHealthOptions> options, IOptions<AeronetTransportOptions> transport, ILoggerFactory loggers) : IHostedLifecycleService, IDisposable
{
    /// <summary>How many clients may be silent at a time. The oldest makes room for the next.</summary>
    private const int MostClients = 16;

    private readonly ILogger _logger = loggers.CreateLogger("Aeronet.AspNetCore.Middleware.Health");
    private readonly List<HealthClient> _clients = new(MostClients);
    private readonly List<Socket> _readable = new(MostClients + 1);
    private Socket? _listener;
    private Thread? _thread;
    private long _looksAt;
    private volatile bool _stops;

    /// <summary>What a client gets to send its request and to take the answer.</summary>
    private static TimeSpan Patience { get; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the loops are looked at, and a port that another process has is tried.</summary>
    private static TimeSpan Beat { get; } = TimeSpan.FromMilliseconds(250);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Port == 0)
        {
            return Task.CompletedTask;
        }

        try
        {
            Listen();
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse && transport.Value.HandOver is not null)
        {
            HealthLog.PortTaken(_logger, options.Value.Port);
        }
        catch (SocketException failure)
        {
            var failures = new OptionFailures();
            failures.Add($"{AeronetHealthOptions.SectionName}:{nameof(AeronetHealthOptions.Port)} is {options.Value.Port}, which cannot be listened on ({failure.Message}): use a free port.");
            failures.ThrowIfAny(typeof(AeronetHealthOptions));
            throw;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "aeronet-health", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
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

    private void Listen()
    {
        var any = options.Value.AnyAddress;
        var socket = any && Socket.OSSupportsIPv6
            ? new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            var address = !any ? IPAddress.Loopback : socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
            socket.Bind(new IPEndPoint(address, options.Value.Port));
            socket.Listen(64);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }

        _listener = socket;
        HealthLog.Listening(_logger, socket.LocalEndPoint!.ToString()!);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The thread is the only one: what one client brings about must not end the answers to the others.")]
    private void Run()
    {
        while (!_stops)
        {
            try
            {
                // Looked at while nobody asks as well: that a loop is stuck is known by two looks.
                if (Environment.TickCount64 >= _looksAt)
                {
                    _looksAt = Environment.TickCount64 + (long)Beat.TotalMilliseconds;
                    probes.Answer(Probe.Live);
                }

                if (_listener is { } listener)
                {
                    ServeOnce(listener);
                }
                else
                {
                    Thread.Sleep(Beat);
                    Listen();
                }
            }
            catch (SocketException)
            {
                // The client has gone, or there was no descriptor for it, or the port is another process's still.
                Thread.Sleep(10);
            }
            catch (Exception failure)
            {
                HealthLog.ProbeFailed(_logger, failure);
                Thread.Sleep(100);
            }
        }

        _clients.ForEach(static client => client.Dispose());
    }

    /// <summary>Waits for whoever comes first, and serves who has sent something.</summary>
    private void ServeOnce(Socket listener)
    {
        _readable.Clear();
        _readable.Add(listener);
        _readable.AddRange(_clients.Select(static client => client.Socket));
        Socket.Select(_readable, null, null, Beat);
        foreach (var client in _clients.ToArray())
        {
            if (_readable.Contains(client.Socket))
            {
                Serve(client);
            }
            else if (Environment.TickCount64 >= client.Deadline)
            {
                Drop(client);
            }
        }

        if (_readable.Contains(listener))
        {
            Accept(listener);
        }
    }

    private void Accept(Socket listener)
    {
        var socket = listener.Accept();
        if (_clients.Count == MostClients)
        {
            Drop(_clients[0]);
        }

        _clients.Add(new HealthClient(socket, Environment.TickCount64 + (long)Patience.TotalMilliseconds));
        socket.NoDelay = true;
        socket.SendTimeout = (int)Patience.TotalMilliseconds;
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
    }

    private void Serve(HealthClient client)
    {
        var sendsMore = false;
        try
        {
            if (!client.TryReceive())
            {
                return;
            }

            sendsMore = !client.HasWholeHead;
            if (!sendsMore)
            {
                client.Socket.Send(Respond(client.Head));
                client.Socket.Shutdown(SocketShutdown.Both);
            }
        }
        finally
        {
            if (!sendsMore)
            {
                Drop(client);
            }
        }
    }

    private void Drop(HealthClient client)
    {
        _clients.Remove(client);
        client.Dispose();
    }

    private byte[] Respond(ReadOnlySpan<byte> head)
    {
        var request = HealthRequest.Parse(head);
        if (request.Probe is not { } asked)
        {
            return Response(request.Refusal, "text/plain", [], request.IsHead);
        }

        var answer = probes.Answer(asked);
        return Response(answer.StatusCode == 200 ? "200 OK" : "503 Service Unavailable", answer.ContentType, answer.Body, request.IsHead);
    }

    private static byte[] Response(string status, string contentType, byte[] body, bool isHead)
    {
        var head = $"HTTP/1.1 {status}\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. isHead ? [] : body];
    }
}
