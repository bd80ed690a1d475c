using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aeronet.AspNetCore.Transport.Tests.Succession;

/// <summary>Listening sockets go from the server that serves to the one that starts, and to nobody else.</summary>
public sealed class HandOverTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
    private readonly IPEndPoint _address = new(IPAddress.Loopback, TestPorts.Next());

    private string Meeting => Path.Combine(_folder, "handover.sock");

    private UnixDomainSocketEndPoint Unix => new(Path.Combine(_folder, "app.sock"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NewServer_OnTheSameEndpoints_TakesOverAndTheOldOneEnds(bool reusePort)
    {
        await using var old = await Create("old", configure: options => options.ReusePort = reusePort).ServeAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Meeting));
        await AssertAnswersAsync("old");

        await using var young = await Create("young", configure: options => options.ReusePort = reusePort).ServeAsync(takesOver: true);
        await old.EndsAsync();

        await AssertAnswersAsync("young");
        Assert.True(old.Has("Offered") && old.Has("HandedOver"));

        // And once more, from the one that was given them.
        await using var youngest = await Create("youngest").ServeAsync(takesOver: true);
        await young.EndsAsync();
        await AssertAnswersAsync("youngest");

        await youngest.StopAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task NewServer_FailsToStart_OldOneServesOnAndHasLostNothing()
    {
        await using var old = await Create("old").ServeAsync();
        await using (var young = Create("young", services: services => services.AddHostedService<FailingService>()))
            await Assert.ThrowsAsync<InvalidOperationException>(young.StartAsync);

        await Eventually.HoldsAsync(() => old.Has("SuccessorEnded"), "the old server to notice");
        await AssertAnswersAsync("old");

        await using var next = await Create("next").ServeAsync(takesOver: true);
        await old.EndsAsync();
        await AssertAnswersAsync("next");
    }

    [Fact]
    public async Task NewServer_WhileItStarts_AcceptsNothing()
    {
        var gate = new TaskCompletionSource();
        await using var old = await Create("old").ServeAsync();
        await using var young = Create("young", services: services => services.AddSingleton<IHostedService>(new WaitingService(gate.Task)));
        var starting = young.StartAsync();
        await Eventually.HoldsAsync(() => old.Has("Offered"), "the sockets to be handed over");

        for (var i = 0; i < 20; i++)
            await AssertAnswersAsync("old");

        gate.SetResult();
        await starting;
        await old.EndsAsync();
        await AssertAnswersAsync("young");
    }

    [Fact]
    public async Task SecondNewServer_IsRefusedByName()
    {
        var gate = new TaskCompletionSource();
        await using var old = await Create("old").ServeAsync();
        await using var first = Create("first", services: services => services.AddSingleton<IHostedService>(new WaitingService(gate.Task)));
        var starting = first.StartAsync();
        await Eventually.HoldsAsync(() => old.Has("Offered"), "the sockets to be handed over");

        await using (var second = Create("second"))
        {
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(second.StartAsync);
            Assert.Equal(
                $"Aeronet:Transport:HandOver is '{Meeting}': the process that listens there refuses to hand over: process {Environment.ProcessId} is taking over already; start this one when it serves.",
                failure.Message);
        }

        gate.SetResult();
        await starting;
        await old.EndsAsync();
        await AssertAnswersAsync("first");
    }

    [Fact]
    public async Task NewServer_TooSlow_IsRefusedAndEndsAndOldOneServesOn()
    {
        var gate = new TaskCompletionSource();
        await using var old = await Create("old", configure: options => options.HandOverTimeout = TimeSpan.FromSeconds(1)).ServeAsync();
        await using var young = Create("young", services: services => services.AddSingleton<IHostedService>(new WaitingService(gate.Task)));
        var starting = young.StartAsync();
        await Eventually.HoldsAsync(() => old.Has("SuccessorLate"), "the old server to lose its patience");

        gate.SetResult();
        await starting;
        await young.EndsAsync();

        Environment.ExitCode = 0;
        Assert.Contains(young.Logs.Entries, entry => entry.EventId.Name == "NotTakenOver" && entry.Message.Contains("did not start within 00:00:01", StringComparison.Ordinal));
        await AssertAnswersAsync("old");
    }

    [Fact]
    public async Task NewServer_ToldToStopWhileItStarts_OldOneServesOn()
    {
        var gate = new TaskCompletionSource();
        await using var old = await Create("old").ServeAsync();
        await using (var young = Create("young", services: services => services.AddSingleton<IHostedService>(new WaitingService(gate.Task))))
        {
            var starting = young.StartAsync();
            await Eventually.HoldsAsync(() => old.Has("Offered"), "the sockets to be handed over");
            young.Lifetime.StopApplication();
            gate.SetResult();
            await Record.ExceptionAsync(() => starting);
            await young.StopAsync();
        }

        await Eventually.HoldsAsync(() => old.Has("SuccessorEnded") || old.Has("HandedOver"), "the old server to notice");
        await AssertAnswersAsync("old");
        Assert.False(old.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task NewProcess_DiesWhenTheOldOneHasLetGo_OldOneEndsWithAFailure()
    {
        await using var old = await Create("old").ServeAsync();
        using (var successor = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified))
        {
            await successor.ConnectAsync(new UnixDomainSocketEndPoint(Meeting));
            await successor.SendAsync("aeronet-hand-over/1 take"u8.ToArray());
            for (var message = ""; !message.EndsWith(" complete", StringComparison.Ordinal);)
            {
                var buffer = new byte[1024];
                message = System.Text.Encoding.ASCII.GetString(buffer, 0, await successor.ReceiveAsync(buffer).OrTimeout("the sockets"));
                Assert.NotEmpty(message);
            }

            // As if it died behind its next message.
            successor.Shutdown(SocketShutdown.Receive);
            await successor.SendAsync("aeronet-hand-over/1 started"u8.ToArray());
        }

        try
        {
            await old.EndsAsync();

            Assert.True(old.Has("SuccessorLost"));
            Assert.Equal(1, Environment.ExitCode);
        }
        finally
        {
            Environment.ExitCode = 0;
        }
    }

    [Fact]
    public async Task UnixSocketsFile_WasRemoved_NewServerBindsItAndKeepsIt()
    {
        await using var old = await Create("old").ServeAsync();
        File.Delete(Unix.ToString());

        await using var young = await Create("young").ServeAsync(takesOver: true);
        await old.EndsAsync();
        await Eventually.HoldsAsync(() => young.Has("InheritedSocketUnused"), "the socket without a file to be told of");

        await AssertAnswersAsync("young");
    }

    [Fact]
    public async Task OldServer_EndsWhileTheNewOneStarts_NewOneServes()
    {
        var gate = new TaskCompletionSource();
        await using var old = await Create("old").ServeAsync();
        await using var young = Create("young", services: services => services.AddSingleton<IHostedService>(new WaitingService(gate.Task)));
        var starting = young.StartAsync();
        await Eventually.HoldsAsync(() => old.Has("Offered"), "the sockets to be handed over");
        await old.StopAsync();

        // Nobody accepts now; they wait in the queue.
        var waiting = Task.WhenAll(SuccessionHost.AskAsync(_address), SuccessionHost.AskAsync(Unix));
        gate.SetResult();
        await starting;

        Assert.Equal(["young", "young"], await waiting.OrTimeout("the answers"));
        Assert.True(young.Has("PredecessorEnded"));
    }

    [Fact]
    public async Task NewServer_OnOtherEndpoints_BindsThemAndTheOldOnesClose()
    {
        var other = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var old = await Create("old").ServeAsync();
        await using var young = await SuccessionHost.Create("young", Meeting, kestrel =>
        {
            kestrel.Listen(_address);
            kestrel.Listen(other);
        }).ServeAsync(takesOver: true);
        await old.EndsAsync();

        Assert.Equal("young", await SuccessionHost.AskAsync(_address));
        Assert.Equal("young", await SuccessionHost.AskAsync(other));
        await Eventually.HoldsAsync(() => young.Has("InheritedSocketUnused"), "the socket that nobody took to be told of");
        await Eventually.HoldsAsync(() => !File.Exists(Unix.ToString()), "its file to be removed");
    }

    [Fact]
    public async Task TwoServers_AtOnceAndNobodyBefore_SecondTakesOverFromTheFirst()
    {
        await using var one = Create("one");
        await using var two = Create("two");

        await Task.WhenAll(one.StartAsync(), two.StartAsync());

        await Eventually.HoldsAsync(() => one.Has("TookOver") || two.Has("TookOver"), "one to take over from the other");
        var (first, second, name) = one.Has("TookOver") ? (two, one, "one") : (one, two, "two");
        await first.EndsAsync();
        await AssertAnswersAsync(name);
        Assert.False(second.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task FileOfADeadProcess_IsReplaced()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Meeting + ".original"));
            File.Move(Meeting + ".original", Meeting);
        }

        await using var server = await Create("server").ServeAsync();

        await AssertAnswersAsync("server");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Meeting));
    }

    [Fact]
    public async Task PathThatIsNoSocket_IsAnErrorThatNamesItAndIsKept()
    {
        File.WriteAllText(Meeting, "precious");
        await using var server = Create("server");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);

        Assert.Equal($"Aeronet:Transport:HandOver is '{Meeting}', which is no socket: remove it, or name another path.", failure.Message);
        Assert.Equal("precious", File.ReadAllText(Meeting));
    }

    [Fact]
    public async Task MissingDirectory_IsAnErrorThatNamesIt()
    {
        var path = Path.Combine(_folder, "missing", "handover.sock");
        await using var server = SuccessionHost.Create("server", path, kestrel => kestrel.Listen(_address));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);

        Assert.StartsWith($"Aeronet:Transport:HandOver is '{path}', which cannot be made, for its directory cannot be opened", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("aeronet-hand-over/2 take")]
    [InlineData("aeronet-hand-over/1 give")]
    [InlineData("aeronet-hand-over/1 yours")]
    [InlineData("")]
    public async Task StrangeMessage_IsAnsweredByNothingAndHarmsNothing(string message)
    {
        await using var old = await Create("old").ServeAsync();
        using (var stranger = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified))
        {
            await stranger.ConnectAsync(new UnixDomainSocketEndPoint(Meeting));
            if (message.Length > 0)
                await stranger.SendAsync(System.Text.Encoding.ASCII.GetBytes(message));
            else
                stranger.Shutdown(SocketShutdown.Send);

            Assert.Equal(0, await stranger.ReceiveAsync(new byte[64]).OrTimeout("the end"));
        }

        await using var young = await Create("young").ServeAsync(takesOver: true);
        await old.EndsAsync();
        await AssertAnswersAsync("young");
    }

    private SuccessionHost Create(string name, Action<AeronetTransportOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        SuccessionHost.Create(name, Meeting, ListenOnBoth, configure, services);

    private void ListenOnBoth(KestrelServerOptions kestrel)
    {
        kestrel.Listen(_address);
        kestrel.ListenUnixSocket(Unix.ToString());
    }

    private async Task AssertAnswersAsync(string name)
    {
        Assert.Equal(name, await SuccessionHost.AskAsync(_address));
        Assert.Equal(name, await SuccessionHost.AskAsync(Unix));
    }

    private sealed class FailingService : BackgroundService, IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        // After Kestrel listens.
        public Task StartedAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("It does not start.");

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }

    private sealed class WaitingService(Task until) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => until;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
