using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Functional.Tests.Endpoints;

public sealed partial class UnixSocketTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "test.sock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, BothTransports]
    public async Task Path_Bound_HttpIsAnswered(TransportKind transport)
    {
        await using var host = await BindingTests.StartAsync(transport, kestrel => kestrel.ListenUnixSocket(Path));

        Assert.Equal($"http://unix:{Path}", Assert.Single(host.Addresses));
        for (var i = 0; i < 5; i++)
        {
            using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(Path));
            for (var n = 0; n < 5; n++)
                Assert.Equal(":0 :0", (await client.GetAsync()).Text);
        }
    }

    [Theory, BothTransports]
    public async Task Path_Connection_EndpointsAreUnixSockets(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Kestrel = kestrel => kestrel.ListenUnixSocket(Path, listen => listen.Run(async connection =>
            {
                var text = $"{connection.LocalEndPoint?.GetType().Name} {connection.LocalEndPoint}"
                    + $" {connection.RemoteEndPoint?.GetType().Name} '{connection.RemoteEndPoint}'";
                await connection.Transport.Output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
            })),
        });
        using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(Path));

        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Equal(
            $"UnixDomainSocketEndPoint {Path} UnixDomainSocketEndPoint ''",
            System.Text.Encoding.UTF8.GetString(bytes));
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    /// <summary>Names that a peer can bind and that are no text: the client of another language, or of bad will.</summary>
    public static IEnumerable<(string What, byte[] Name)> StrangeNames(string folder)
    {
        var prefix = Encoding.ASCII.GetBytes(folder + "/");
        yield return ("bytes that are not UTF-8", [.. prefix, .. Enumerable.Repeat((byte)0xFF, 60), 0]);
        yield return ("an unterminated name", [.. prefix, .. Enumerable.Repeat((byte)'x', 108 - prefix.Length)]);
        yield return ("an abstract name that is not UTF-8", [0, .. Guid.NewGuid().ToByteArray(), .. Enumerable.Repeat((byte)0xFE, 91)]);
        yield return ("an abstract name of NULs", [0, 0, .. Guid.NewGuid().ToByteArray(), 0, 0]);
    }

    /// <summary>Such a client ends accepting for good on Kestrel's sockets transport, and an unterminated name ends the process.</summary>
    [Fact]
    public async Task Path_ClientWithAStrangeName_Answered()
    {
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Kestrel = kestrel => kestrel.ListenUnixSocket(Path, listen => listen.Run(async connection =>
                await connection.Transport.Output.WriteAsync(Encoding.UTF8.GetBytes($"{connection.RemoteEndPoint}")))),
        });

        foreach (var (what, name) in StrangeNames(_folder))
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            Assert.Equal(0, Bind((int)socket.Handle, [1, 0, .. name], (uint)name.Length + 2));
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path)).OrTimeout("a connection");
                using var stream = new NetworkStream(socket);
                using var reader = new StreamReader(stream, Encoding.UTF8);

                var seen = await reader.ReadToEndAsync().OrTimeout($"the answer to {what}");

                // As the framework shows the same name, where it has room for the length that the kernel reports of it.
                Assert.Equal(name[0] != 0 && name[^1] != 0 ? Encoding.UTF8.GetString(name) : $"{socket.LocalEndPoint}", seen);
            }
            finally
            {
                _ = Unlink([.. name, 0]);
            }
        }

        Assert.Empty(host.Logs.From("Aeronet", Microsoft.Extensions.Logging.LogLevel.Warning));
    }

    [LibraryImport("libc", EntryPoint = "unlink")]
    private static partial int Unlink(ReadOnlySpan<byte> path);

    [LibraryImport("libc", EntryPoint = "bind")]
    private static partial int Bind(int descriptor, ReadOnlySpan<byte> address, uint length);

    [Theory, BothTransports]
    public async Task Path_LargeTransfer_EveryByteIsRight(TransportKind transport)
    {
        const int Size = 10_000_000;
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Kestrel = kestrel => kestrel.ListenUnixSocket(Path),
            App = app => app.Run(context =>
            {
                context.Response.ContentLength = Size;
                return Pattern.WriteAsync(context.Response.Body, Size);
            }),
        });
        using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(Path));

        var response = await client.GetAsync();

        Assert.Equal(Size, response.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
    }

    [Theory, BothTransports]
    public async Task Path_ServerStops_SocketFileIsRemoved(TransportKind transport)
    {
        await using (await BindingTests.StartAsync(transport, kestrel => kestrel.ListenUnixSocket(Path)))
            Assert.True(File.Exists(Path));

        Assert.False(File.Exists(Path));
        await using var again = await BindingTests.StartAsync(transport, kestrel => kestrel.ListenUnixSocket(Path));
        using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        Assert.Equal(200, (await client.GetAsync()).StatusCode);
    }

    [Theory, BothTransports]
    public async Task Path_OfALiveServer_IOExceptionWithTheReason(TransportKind transport)
    {
        await using var first = await BindingTests.StartAsync(transport, kestrel => kestrel.ListenUnixSocket(Path));

        var error = await Assert.ThrowsAsync<IOException>(
            () => BindingTests.StartAsync(transport, kestrel => kestrel.ListenUnixSocket(Path)));

        Assert.Equal($"Failed to bind to address http://unix:{Path}: address already in use.", error.Message);
        Assert.IsType<AddressInUseException>(error.InnerException);
        using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        Assert.Equal(200, (await client.GetAsync()).StatusCode);
    }

    [Theory, BothTransports]
    public async Task Path_LeftByADeadProcess_ReplacedByAeronetOnly(TransportKind transport)
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Path));
            dead.Listen();
            // Closing a .NET socket removes its file, a killed process does not: keep it under another name meanwhile.
            File.Move(Path, Path + ".kept");
        }

        File.Move(Path + ".kept", Path);
        if (transport == TransportKind.Sockets)
        {
            await Assert.ThrowsAsync<IOException>(() => BindingTests.StartAsync(transport, kestrel => kestrel.ListenUnixSocket(Path)));
            return;
        }

        await using var host = await BindingTests.StartAsync(transport, kestrel => kestrel.ListenUnixSocket(Path));
        using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        Assert.Equal(200, (await client.GetAsync()).StatusCode);
    }

    [Theory, BothTransports]
    public async Task Path_OfAnOrdinaryFile_RefusedAndTheFileIsKept(TransportKind transport)
    {
        await File.WriteAllTextAsync(Path, "precious");

        await Assert.ThrowsAsync<IOException>(() => BindingTests.StartAsync(transport, kestrel => kestrel.ListenUnixSocket(Path)));

        Assert.Equal("precious", await File.ReadAllTextAsync(Path));
    }

    [Theory, BothTransports]
    public async Task AbstractName_Bound_HttpIsAnswered(TransportKind transport)
    {
        // ListenUnixSocket wants an absolute path; the endpoint itself may be an abstract name (unix(7)).
        var endPoint = new UnixDomainSocketEndPoint($"\0aeronet-test-{Guid.NewGuid():N}");
        await using var host = await BindingTests.StartAsync(transport, kestrel => kestrel.Listen(endPoint));
        using var client = await RawClient.ConnectAsync(endPoint);

        Assert.Equal(200, (await client.GetAsync()).StatusCode);
    }

    [Theory, BothTransports]
    public async Task Client_Leaves_RequestIsAborted(TransportKind transport)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Kestrel = kestrel => kestrel.ListenUnixSocket(Path),
            App = app => app.Run(async context =>
            {
                using var registration = context.RequestAborted.Register(aborted.SetResult);
                started.SetResult();
                await aborted.Task;
            }),
        });
        using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(Path));

        await client.SendGetAsync();
        await started.Task.OrTimeout("the handler");
        client.Dispose();

        await aborted.Task.OrTimeout("RequestAborted");
    }
}
