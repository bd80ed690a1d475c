using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>
/// A client that makes records which no library sends: many changes of keys (TLS 1.3), handshake messages in the middle
/// (TLS 1.2, ECDHE with AES-128-GCM). Its records are made first and sent when and how the test likes.
/// </summary>
internal sealed class NativeClient : IDisposable
{
    private const int KeyUpdateNotRequested = 0;
    private const int MasterSecretLength = 48;
    private const int RandomLength = 32;
    private const int Tcp = 6; // IPPROTO_TCP
    private const int MaxSegment = 2; // TCP_MAXSEG, tcp(7)

    private readonly SslContextHandle _context;
    private readonly nint _ssl;
    private readonly nint _made;
    private byte[] _key = [];
    private byte[] _salt = [];
    private ulong _sequence = 1;
    private Task _reading = Task.CompletedTask;

    private NativeClient(Socket socket, SslProtocols version)
    {
        Socket = socket;
        _context = new SslContextHandle(OpenSsl.SSL_CTX_new(OpenSsl.TLS_client_method()));
        var number = version == SslProtocols.Tls13 ? OpenSsl.TLS1_3_VERSION : OpenSsl.TLS1_2_VERSION;
        OpenSsl.SSL_CTX_ctrl(_context.Pointer, OpenSsl.SSL_CTRL_SET_MIN_PROTO_VERSION, number, 0);
        OpenSsl.SSL_CTX_ctrl(_context.Pointer, OpenSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, number, 0);
        _ = OpenSsl.SSL_CTX_set_cipher_list(_context.Pointer, "ECDHE-ECDSA-AES128-GCM-SHA256");
        _ssl = OpenSsl.SSL_new(_context.Pointer);
        OpenSsl.SSL_set_connect_state(_ssl);
        Assert.Equal(1, OpenSsl.SSL_set_fd(_ssl, (int)socket.Handle));
        while (OpenSsl.SSL_do_handshake(_ssl) != 1)
            Assert.True(WaitIfWanted(), "the handshake failed");

        if (version == SslProtocols.Tls12)
            DeriveKeys();

        _made = OpenSsl.BIO_new(BIO_s_mem());
        OpenSsl.SSL_set0_wbio(_ssl, _made);
    }

    public Socket Socket { get; }

    /// <summary>Connects to a Unix domain socket.</summary>
    public static async Task<NativeClient> ConnectAsync(string path, SslProtocols version)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).OrTimeout("a connection");
        return await Task.Run(() => new NativeClient(socket, version)).OrTimeout("the handshake");
    }

    public static async Task<NativeClient> ConnectAsync(KestrelHost host, SslProtocols version, int? receiveBufferSize = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferSize is { } size)
        {
            // Loopback's segments are longer than such a buffer: each part that is sent would wait for a delayed acknowledgement.
            socket.ReceiveBufferSize = size;
            socket.SetRawSocketOption(Tcp, MaxSegment, BitConverter.GetBytes(1448));
        }

        await socket.ConnectAsync(host.EndPoint).OrTimeout("a connection");
        return await Task.Run(() => new NativeClient(socket, version)).OrTimeout("the handshake");
    }

    /// <summary>Records of TLS 1.3 that change the client's keys.</summary>
    public byte[] MakeKeyUpdates(int count, bool requested)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(1, SSL_key_update(_ssl, requested ? OpenSsl.SSL_KEY_UPDATE_REQUESTED : KeyUpdateNotRequested));
            Assert.Equal(1, OpenSsl.SSL_do_handshake(_ssl));
        }

        return TakeMade();
    }

    /// <summary>A record with text.</summary>
    public unsafe byte[] MakeText(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        if (_key.Length > 0)
            return MakeTls12(0x17, bytes);

        nuint written;
        fixed (byte* pointer = bytes)
            Assert.Equal(1, OpenSsl.SSL_write_ex(_ssl, pointer, (nuint)bytes.Length, &written));

        return TakeMade();
    }

    /// <summary>Records of TLS 1.2 that each begin a new handshake.</summary>
    public byte[] MakeRenegotiations(int count)
    {
        using var records = new MemoryStream();
        for (var i = 0; i < count; i++)
            records.Write(MakeTls12(0x16, [1, 0, 0, 0]));

        return records.ToArray();
    }

    /// <summary>Sends everything, or until the server ends the connection: false then.</summary>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await Socket.SendAsync(bytes, SocketFlags.None).OrTimeout("bytes to be sent")..];

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Reads text up to a marker; null when the server ends the connection before.</summary>
    public Task<string?> ReadUntilAsync(string marker) => Start(() => ReadUntil(marker)).OrTimeout($"'{marker}'");

    /// <summary>Reads until a number of bytes have come, and tells how many came before the server ended the connection.</summary>
    public Task<long> ReadAsync(long count) => Start(() => Read(count)).OrTimeout($"{count} bytes", TimeSpan.FromMinutes(2));

    /// <summary>Whether the server ended the connection, by whatever means.</summary>
    public async Task<bool> IsEndedAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await Socket.ReceiveAsync(buffer, SocketFlags.None).OrTimeout("the end") > 0)
            {
            }
        }
        catch (SocketException)
        {
        }

        return true;
    }

    public void Dispose()
    {
        // A read that nobody waits for any longer is inside the SSL object: it ends with the stream, and not before is that freed.
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The server was first.
        }

        Task.WaitAny(_reading);
        OpenSsl.SSL_free(_ssl);
        _context.Dispose();
        Socket.Dispose();
        OpenSsl.ERR_clear_error();
    }

    private Task<T> Start<T>(Func<T> read)
    {
        var reading = Task.Run(read);
        _reading = reading;
        return reading;
    }

    // The framework has made the socket one that does not block.
    private bool WaitIfWanted() => OpenSsl.SSL_get_error(_ssl, -1) == OpenSsl.SSL_ERROR_WANT_READ && Socket.Poll(TimeSpan.FromSeconds(20), SelectMode.SelectRead);

    private unsafe string? ReadUntil(string marker)
    {
        var text = new StringBuilder();
        var buffer = stackalloc byte[4096];
        while (!text.ToString().Contains(marker, StringComparison.Ordinal))
        {
            nuint read;
            OpenSsl.ERR_clear_error();
            if (OpenSsl.SSL_read_ex(_ssl, buffer, 4096, &read) == 1)
                text.Append(Encoding.ASCII.GetString(buffer, (int)read));
            else if (!WaitIfWanted())
                return null;
        }

        return text.ToString();
    }

    private unsafe long Read(long count)
    {
        var buffer = stackalloc byte[16 * 1024];
        var total = 0L;
        while (total < count)
        {
            nuint read;
            OpenSsl.ERR_clear_error();
            if (OpenSsl.SSL_read_ex(_ssl, buffer, 16 * 1024, &read) == 1)
                total += (long)read;
            else if (!WaitIfWanted())
                break;
        }

        return total;
    }

    private unsafe byte[] TakeMade()
    {
        using var bytes = new MemoryStream();
        var buffer = stackalloc byte[4096];
        int read;
        while ((read = BIO_read(_made, buffer, 4096)) > 0)
            bytes.Write(new ReadOnlySpan<byte>(buffer, read));

        return bytes.ToArray();
    }

    // RFC 5246, section 6.3, and RFC 5288, section 3: client and server key, then client and server salt.
    private unsafe void DeriveKeys()
    {
        var master = new byte[MasterSecretLength];
        var seed = new byte[2 * RandomLength];
        fixed (byte* to = master, randoms = seed)
        {
            Assert.Equal((nuint)MasterSecretLength, SSL_SESSION_get_master_key(SSL_get_session(_ssl), to, MasterSecretLength));
            SSL_get_server_random(_ssl, randoms, RandomLength);
            SSL_get_client_random(_ssl, randoms + RandomLength, RandomLength);
        }

        byte[] labelled = [.. "key expansion"u8, .. seed];
        var block = new List<byte>();
        for (var a = HMACSHA256.HashData(master, labelled); block.Count < 40; a = HMACSHA256.HashData(master, a))
            block.AddRange(HMACSHA256.HashData(master, (byte[])[.. a, .. labelled]));

        _key = [.. block.Take(16)];
        _salt = [.. block.Skip(32).Take(4)];
    }

    private byte[] MakeTls12(byte type, byte[] content)
    {
        var record = new byte[5 + 8 + content.Length + 16];
        (record[0], record[1], record[2]) = (type, 3, 3);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), (ushort)(record.Length - 5));
        BinaryPrimitives.WriteUInt64BigEndian(record.AsSpan(5), _sequence);
        var associated = new byte[13];
        BinaryPrimitives.WriteUInt64BigEndian(associated, _sequence++);
        (associated[8], associated[9], associated[10]) = (type, 3, 3);
        BinaryPrimitives.WriteUInt16BigEndian(associated.AsSpan(11), (ushort)content.Length);
        using var aes = new AesGcm(_key, 16);
        aes.Encrypt([.. _salt, .. record.AsSpan(5, 8)], content, record.AsSpan(13, content.Length), record.AsSpan(13 + content.Length), associated);
        return record;
    }

    [DllImport(OpenSsl.Ssl)]
    private static extern int SSL_key_update(nint ssl, int type);

    [DllImport(OpenSsl.Ssl)]
    private static extern nint SSL_get_session(nint ssl);

    [DllImport(OpenSsl.Ssl)]
    private static extern unsafe nuint SSL_SESSION_get_master_key(nint session, byte* to, nuint length);

    [DllImport(OpenSsl.Ssl)]
    private static extern unsafe nuint SSL_get_client_random(nint ssl, byte* to, nuint length);

    [DllImport(OpenSsl.Ssl)]
    private static extern unsafe nuint SSL_get_server_random(nint ssl, byte* to, nuint length);

    [DllImport(OpenSsl.Crypto)]
    private static extern nint BIO_s_mem();

    [DllImport(OpenSsl.Crypto)]
    private static extern unsafe int BIO_read(nint bio, byte* to, int length);
}
