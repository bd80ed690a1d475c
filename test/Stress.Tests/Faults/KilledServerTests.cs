using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Stress.Tests.Shutdown;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>A server whose process is killed (SIGKILL) under load, and that is started again at once on all that it has left behind.</summary>
public sealed class KilledServerTests : IDisposable
{
    private const int Killed = 128 + 9;

    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-killed-").FullName;
    private readonly IPEndPoint _http = new(IPAddress.Loopback, TestPorts.Next());
    private readonly IPEndPoint _https = new(IPAddress.Loopback, TestPorts.Next());

    public KilledServerTests() => File.WriteAllBytes(Path.Combine(_folder, "cert.pfx"), TlsParties.Certificate.Export(X509ContentType.Pkcs12, ""));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Server_KilledUnderLoad_StartsOnPortsAndSocketsLeftBehindAndTicketsGoOn()
    {
        ExternalTool.Require("openssl");
        var ticket = Path.Combine(_folder, "ticket.pem");
        await using var first = await StartAsync();
        await ServesAsync(first.Id, async () =>
        {
            Assert.Contains($"{first.Id} False", await AskAsync("-sess_out", ticket), StringComparison.Ordinal);
            first.Kill();
            Assert.Equal(Killed, await first.EndsAsync());
        });

        Assert.True(File.Exists(Path.Combine(_folder, "app.sock")), "The killed server has left no socket file.");
        Assert.True(File.Exists(Path.Combine(_folder, "handover.sock")), "The killed server has left no file of its hand-over.");
        await using var second = await StartAsync();
        var losses = await ServesAsync(second.Id, async () =>
            Assert.Contains($"{second.Id} True", await AskAsync("-sess_in", ticket), StringComparison.Ordinal));
        Assert.Empty(losses);

        // What was left behind is its own now: a third takes it over.
        await using var third = await StartAsync();
        Assert.Equal("stopping", await second.ReadLineAsync("the second to be told to stop"));
        Assert.Equal(0, await second.EndsAsync());
        Assert.Empty(await ServesAsync(third.Id, () => Task.CompletedTask));
    }

    private async Task<ChildProcess> StartAsync()
    {
        var server = ChildProcess.Start(
            ChildRoles.RestartServer, null, _folder, _http.Port.ToString(CultureInfo.InvariantCulture), _https.Port.ToString(CultureInfo.InvariantCulture));
        try
        {
            Assert.Equal("started", await server.ReadLineAsync("the server to start", TimeSpan.FromSeconds(60)));
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private Task<string> AskAsync(string option, string ticket) => OpensslClient.RunAsync(
        _https.Port, ["-tls1_3", "-ign_eof", option, ticket], "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    /// <summary>Clients of every endpoint that have answers of a process when something happens, which may cost each of them a request.</summary>
    private async Task<IReadOnlyList<string>> ServesAsync(int process, Func<Task> happens)
    {
        RestartClient[] clients =
        [
            .. from server in (EndPoint[])[_http, new UnixDomainSocketEndPoint(Path.Combine(_folder, "app.sock")), _https]
               from keepsAlive in (bool[])[true, false]
               select new RestartClient(server, keepsAlive, server == _https ? TlsParties.Client(SslProtocols.Tls13) : null),
        ];
        var stopping = false;
        var load = Task.WhenAll(clients.Select(client =>
            BlockingClient.RunAsync(() => client.Run(() => !Volatile.Read(ref stopping) && client.Losses.IsEmpty))));
        try
        {
            await Eventually.HoldsAsync(
                () => clients.All(client => client.AnswersOf(process) >= 5 || !client.Losses.IsEmpty), "answers to every client", timeout: TimeSpan.FromSeconds(60));
            Assert.All(clients, client => Assert.Empty(client.Losses));
            await happens();
        }
        finally
        {
            Volatile.Write(ref stopping, true);
            await load.OrTimeout("the clients to end");
        }

        return [.. clients.SelectMany(client => client.Losses)];
    }
}
