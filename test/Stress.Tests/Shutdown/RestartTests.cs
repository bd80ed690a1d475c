using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Shutdown;

/// <summary>
/// Server processes take over from each other under load that never sends a request twice. <c>AERONET_STRESS_RESTARTS=20</c> makes it more than the 3 of a
/// normal run.
/// </summary>
public sealed class RestartTests : IDisposable
{
    private static readonly int s_restarts =
        int.TryParse(Environment.GetEnvironmentVariable("AERONET_STRESS_RESTARTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
    private readonly IPEndPoint _http = new(IPAddress.Loopback, TestPorts.Next());
    private readonly IPEndPoint _https = new(IPAddress.Loopback, TestPorts.Next());
    private readonly List<RestartClient> _clients = [];
    private volatile bool _stopping;

    public RestartTests() => File.WriteAllBytes(Path.Combine(_folder, "cert.pfx"), TlsParties.Certificate.Export(X509ContentType.Pkcs12, ""));

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task NewProcess_UnderLoad_NothingIsLost()
    {
        var processes = new List<int>();
        var server = await StartAsync();
        processes.Add(server.Id);
        var load = RunLoad();
        for (var restart = 0; restart < s_restarts; restart++)
        {
            await AnswersOfAsync(server.Id);
            var next = await StartAsync();
            processes.Add(next.Id);
            Assert.Equal("stopping", await server.ReadLineAsync("the old process to be told to stop"));
            Assert.Equal(0, await server.EndsAsync());
            await server.DisposeAsync();
            server = next;
            AssertNothingLost();
        }

        await AnswersOfAsync(server.Id);
        await StopLoadAsync(load);
        await server.DisposeAsync();
        AssertNothingLost();
        foreach (var client in _clients)
            Assert.Equal(processes.Order(), client.Servers.Keys.Order());

        var (answers, connections, resumed) = (_clients.Sum(client => client.Answers), _clients.Sum(client => client.Connections), _clients.Sum(client => client.Resumed));
        Report.Line($"{s_restarts} restarts: {answers} answers on {connections} connections, {resumed} of TLS sessions that were resumed, nothing lost");
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("dies")]
    public async Task NewProcess_ThatFails_OldOneServesOnAndNothingIsLost(string fault)
    {
        await using var server = await StartAsync();
        var load = RunLoad();
        await AnswersOfAsync(server.Id);
        await using (var failing = Start(fault))
            Assert.NotEqual(0, await failing.EndsAsync());

        await AnswersOfAsync(server.Id);
        await StopLoadAsync(load);
        AssertNothingLost();
        foreach (var client in _clients)
            Assert.Equal([server.Id], client.Servers.Keys);
    }

    private ChildProcess Start(params string[] fault) =>
        ChildProcess.Start(ChildRoles.RestartServer, null, [_folder, $"{_http.Port}", $"{_https.Port}", .. fault]);

    private async Task<ChildProcess> StartAsync()
    {
        var server = Start();
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

    private Task RunLoad()
    {
        var unix = new UnixDomainSocketEndPoint(Path.Combine(_folder, "app.sock"));
        foreach (var keepsAlive in (bool[])[true, false])
        {
            for (var i = 0; i < 4; i++)
                _clients.Add(new RestartClient(_http, keepsAlive, tls: null));

            _clients.Add(new RestartClient(unix, keepsAlive, tls: null));
            foreach (var version in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
                _clients.Add(new RestartClient(_https, keepsAlive, TlsParties.Client(version)));
        }

        return Task.WhenAll(_clients.Select(client => BlockingClient.RunAsync(() => client.Run(() => !_stopping))));
    }

    private async Task StopLoadAsync(Task load)
    {
        _stopping = true;
        await load.OrTimeout("the clients to end");
    }

    /// <summary>Waits until every client has had some answers of a process.</summary>
    private Task AnswersOfAsync(int process) => Eventually.HoldsAsync(
        () => _clients.All(client => client.AnswersOf(process) >= 20 || !client.Losses.IsEmpty), "answers to every client", timeout: TimeSpan.FromSeconds(60));

    private void AssertNothingLost() => Assert.Empty(_clients.SelectMany(client => client.Losses));
}
