using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Shutdown;

/// <summary>
/// A client that sends one request after the other, and never one twice: whatever does not end in its answer is a loss. It takes a server at its word
/// that says which answer is a connection's last, and connects anew then.
/// </summary>
internal sealed class RestartClient(EndPoint server, bool keepsAlive, SslClientAuthenticationOptions? tls) : IDisposable
{
    private static readonly byte[] s_request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();
    private static readonly byte[] s_only = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    private readonly byte[] _buffer = new byte[4096];
    private Stream? _stream;

    internal int Answers { get; private set; }

    internal int Connections { get; private set; }

    internal int Resumed { get; private set; }

    /// <summary>Answers by the server's process.</summary>
    internal ConcurrentDictionary<int, int> Servers { get; } = [];

    internal ConcurrentQueue<string> Losses { get; } = [];

    internal int AnswersOf(int process) => Servers.GetValueOrDefault(process);

    internal void Run(Func<bool> goesOn)
    {
        while (goesOn())
        {
            var at = "connecting";
            var before = Answers;
            try
            {
                _stream ??= Connect();
                at = "a request";
                Ask();
            }
            catch (Exception failure) when (failure is IOException or SocketException or InvalidDataException or System.Security.Authentication.AuthenticationException)
            {
                Losses.Enqueue($"{(tls is null ? "" : "TLS ")}{server}, {at} after {before} answers: {failure.Message}");
                Close();
            }
        }

        Close();
    }

    public void Dispose() => Close();

    private Stream Connect()
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)TaskTimeoutExtensions.DefaultTimeout.TotalMilliseconds,
        };
        try
        {
            socket.Connect(server);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (tls is not null)
            {
                var secure = new SslStream(stream);
                secure.AuthenticateAsClient(tls);
                stream = secure;
            }

            Connections++;
            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Ask()
    {
        _stream!.Write(keepsAlive ? s_request : s_only);
        var text = Receive(out var isLast);
        var parts = text.Split(' ');
        var process = int.Parse(parts[0], CultureInfo.InvariantCulture);
        Servers[process] = Servers.GetValueOrDefault(process) + 1;
        Answers++;
        if (parts[1] == "True" && !keepsAlive)
            Resumed++;

        if (isLast || !keepsAlive)
            Close();
    }

    private string Receive(out bool isLast)
    {
        var length = 0;
        while (true)
        {
            var received = _stream!.Read(_buffer, length, _buffer.Length - length);
            if (received == 0)
                throw new InvalidDataException($"the server closed after {length} bytes of the answer");

            length += received;
            var text = Encoding.Latin1.GetString(_buffer, 0, length);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
                continue;

            if (!text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                throw new InvalidDataException($"the answer is {text}");

            isLast = text.Contains("\r\nConnection: close\r\n", StringComparison.OrdinalIgnoreCase);
            if (Body(text[..end], text[(end + 4)..]) is { } body)
                return body;
        }
    }

    // The application gives no length: one chunk, and the last.
    private static string? Body(string head, string rest)
    {
        if (!head.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException($"the answer's head is {head}");

        return rest.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) ? rest.Split("\r\n")[1] : null;
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
