using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aeronet.Testing;

/// <summary>A TCP or Unix socket in a test's hand: sends exactly what it is told and shows exactly what came back.</summary>
public sealed partial class RawClient : IDisposable
{
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    private RawClient(Socket socket) => Socket = socket;

    /// <summary>The socket itself.</summary>
    public Socket Socket { get; }

    /// <summary>The bytes received and not yet taken.</summary>
    public ReadOnlySpan<byte> Pending => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Connects.</summary>
    /// <param name="endPoint">An IP or Unix socket endpoint.</param>
    /// <param name="receiveBufferSize">
    /// A small one makes the server see a slow reader soon; set before connecting, so that it bounds the window.
    /// </param>
    public static async Task<RawClient> ConnectAsync(EndPoint endPoint, int? receiveBufferSize = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var tcp = endPoint is IPEndPoint;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, tcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            if (tcp)
                socket.NoDelay = true;
            if (receiveBufferSize is { } size)
                socket.ReceiveBufferSize = size;

            await socket.ConnectAsync(endPoint).OrTimeout($"a connection to {endPoint}").ConfigureAwait(false);
            return new RawClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends Latin-1 text.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = await Socket.SendAsync(bytes, SocketFlags.None)
                .OrTimeout($"{bytes.Length} bytes to be sent").ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }

    /// <summary>Sends text a few bytes at a time, each in a segment of its own.</summary>
    public async Task DribbleAsync(string text, int step = 1)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var i = 0; i < bytes.Length; i += step)
        {
            await SendAsync(bytes.AsMemory(i, Math.Min(step, bytes.Length - i))).ConfigureAwait(false);
            await Task.Yield();
        }
    }

    /// <summary>Says that nothing more will be sent (FIN), and goes on reading.</summary>
    public void ShutdownSend() => Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends the connection with RST.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Close();
    }

    /// <summary>Takes what is there, waiting for at least one byte. Empty at the end of the stream.</summary>
    public async Task<byte[]> ReadSomeAsync()
    {
        if (_start == _end && !await ReceiveAsync("any byte").ConfigureAwait(false))
            return [];

        return Take(_end - _start);
    }

    /// <summary>Takes exactly <paramref name="count"/> bytes.</summary>
    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            if (_start == _end && !await ReceiveAsync($"byte {filled} of {count}").ConfigureAwait(false))
                throw new EndOfStreamException($"The server closed after {filled} of {count} bytes.");

            var part = Math.Min(_end - _start, count - filled);
            _buffer.AsSpan(_start, part).CopyTo(bytes.AsSpan(filled));
            _start += part;
            filled += part;
        }

        return bytes;
    }

    /// <summary>Takes text up to and including a marker.</summary>
    public async Task<string> ReadUntilAsync(string marker)
    {
        var wanted = Encoding.Latin1.GetBytes(marker);
        int index;
        while ((index = Pending.IndexOf(wanted)) < 0)
        {
            if (!await ReceiveAsync($"'{marker}'").ConfigureAwait(false))
                throw new EndOfStreamException($"The server closed before '{marker}'; it had sent '{Encoding.Latin1.GetString(Pending)}'.");
        }

        return Encoding.Latin1.GetString(Take(index + wanted.Length));
    }

    /// <summary>Reads until the server ends the connection; tells how it did and what it had sent before.</summary>
    public async Task<(byte[] Bytes, ConnectionEnd End)> ReadToEndAsync()
    {
        try
        {
            while (await ReceiveAsync("the server to close").ConfigureAwait(false))
            {
            }

            return (Take(_end - _start), ConnectionEnd.Finished);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            return (Take(_end - _start), ConnectionEnd.Reset);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private byte[] Take(int count)
    {
        var bytes = _buffer.AsSpan(_start, count).ToArray();
        _start += count;
        return bytes;
    }

    private async Task<bool> ReceiveAsync(string what)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);

        var unread = Encoding.Latin1.GetString(Pending[..Math.Min(Pending.Length, 500)]);
        var received = await Socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None)
            .OrTimeout($"{what}; unread so far: '{unread}'").ConfigureAwait(false);
        _end += received;
        return received > 0;
    }
}
