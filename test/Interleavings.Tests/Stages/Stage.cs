using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>
/// The transport's connections and loop between scripted applications and scripted peers, without a socket, a clock or a thread that
/// runs by itself. The monitor ticks whenever the schedule says so, and when nobody else can go on.
/// </summary>
internal sealed class Stage
{
    private static readonly IPEndPoint s_endPoint = new(IPAddress.Loopback, 0);
    private static readonly TransportMetrics s_metrics =
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    private readonly List<Link> _links = [];
    private readonly List<Task> _handlers = [];
    private readonly ScriptedEnvironment _environment;
    private readonly EventLoopGroup _group;
    private readonly TransportServices _services;
    private readonly ScriptedBlocks _blocks;
    private readonly BlockPool _pool;
    private readonly int _fileReferences;
    private long _now = 1;
    private long _vainWord = -1;

    internal Stage(ThreadChooser chooser, Action<AeronetTransportOptions>? configure)
    {
        Chooser = chooser;

        // Small, so that a few bytes are more than a turn, a buffer and a socket hold.
        Options = new AeronetTransportOptions { EventLoops = 1, MaxStandbyThreads = 3, MaxWriteBufferSize = 2048, SendChunk = 2048, MaxReadBufferSize = 4096 };
        configure?.Invoke(Options);
        _environment = new ScriptedEnvironment(chooser, Clock, token => _links.Find(link => link.Connection.Token == token)?.Channel.Readiness() ?? EpollEvents.None);
        var log = new FaultLog(chooser);
        _group = EventLoopGroup.Start(Options, log, _environment);
        _blocks = new ScriptedBlocks(chooser);
        _pool = new BlockPool(_blocks, chooser.Fail);
        _services = new TransportServices(
            Options,
            s_metrics,
            log,
            NullLogger.Instance,
            new StallReporter(NullLoggerFactory.Instance, Microsoft.Extensions.Options.Options.Create(Options)),
            _group,
            [_pool],
            new PoolLease([_blocks], chooser.Fail),
            Refusals: null);
        _fileReferences = Internals.StateOf(File);
        if (_group.Monitor is { } monitor)
            chooser.Spawn("monitor", () => Watch(monitor), Rank.Monitor);

        chooser.Spawn("clock", KeepTime, Rank.Clock);
    }

    internal ThreadChooser Chooser { get; }

    internal AeronetTransportOptions Options { get; }

    internal ScriptedClock Clock { get; } = new();

    /// <summary>A file that holds the bytes of every stream, as far as the channel is concerned.</summary>
    internal SafeFileHandle File { get; } = System.IO.File.OpenHandle("/dev/null");

    /// <summary>A connection that Kestrel has taken.</summary>
    internal Link Connect(string name, int room = 4096)
    {
        // No descriptor: every call on it fails, and nothing is closed.
        var socket = new SocketHandle(-1);
        var connection = new AeronetConnection(_services, _group.Loops[0], socket, _pool, s_endPoint, s_endPoint, new EndpointHabits());
        var channel = new ScriptedChannel(Chooser, socket, room);
        Internals.ChannelOf((ConnectionInput)((System.IO.Pipelines.IDuplexPipe)connection).Input) = channel;
        Internals.ChannelOf(connection.Output) = channel;
        var link = new Link(this, name, connection, socket, channel);
        _links.Add(link);
        if (!connection.TryStart(out var errno))
            throw new InvalidOperationException($"errno {errno}");

        connection.OnTaken();
        return link;
    }

    /// <summary>A party of the script.</summary>
    internal void Act(string name, Action body) => Chooser.Spawn(name, body);

    /// <summary>An application, which begins on a thread that leads no loop.</summary>
    internal void Handle(Link link, Func<Server, Task> handler) => Chooser.Spawn($"handler {link.Name}", () =>
    {
        var handled = handler(link.Server);
        lock (_handlers)
            _handlers.Add(handled);
    });

    internal void Happen(Link link, EpollEvents happened)
    {
        if (happened != EpollEvents.None && !link.Socket.IsClosed)
            _environment.Epolls[0].Happen(link.Connection.Token, happened);
    }

    /// <summary>Plays until nobody can go on, and looks for what must not be then.</summary>
    internal void Play()
    {
        if (!Chooser.RunUntilQuiet() || Finds("The script", ScriptFaults()))
            return;

        foreach (var link in _links.Where(link => !link.IsDisposed))
            Handle(link, server => server.DisposeAsync());

        if (Chooser.RunUntilQuiet())
            Finds("The end", EndFaults());
    }

    /// <summary>Ends it, with everything that still stands still.</summary>
    internal void End()
    {
        Chooser.Free();
        if (!Chooser.HasEnded())
            Chooser.Fail(new TimeoutException("A party does not end."));

        _group.Dispose();
        _services.Lease.Leave();

        if (Chooser.Failure is null && (!_group.HasEnded || _blocks.Outstanding != 0 || _blocks.Disposed != 1))
            Chooser.Fail(new InvalidOperationException($"After the end: threads ended {_group.HasEnded}, {_blocks.Outstanding} blocks out, pool disposed {_blocks.Disposed} times."));

        File.Dispose();
    }

    private bool Finds(string where, IEnumerable<string> faults)
    {
        if (string.Join("; ", faults) is { Length: > 0 } all)
            Chooser.Fail(new InvalidOperationException($"{where}: {all}."));

        return Chooser.Failure is not null;
    }

    private IEnumerable<string> ScriptFaults()
    {
        foreach (var handled in _handlers.Where(handled => handled.IsFaulted))
            yield return handled.Exception!.InnerException!.ToString();

        foreach (var waiting in Chooser.Waiting())
            yield return waiting;

        foreach (var loop in _group.Loops.Where(loop => loop.HasWaiting(loop.Progress)))
            yield return $"loop {loop.Index} has work and does not do it";

        foreach (var link in _links)
        {
            if (link.Connection.Output.HasUnsent && !link.Channel.IsFull)
                yield return $"{link.Name} has bytes to send and room for them";
        }
    }

    private IEnumerable<string> EndFaults()
    {
        foreach (var fault in ScriptFaults())
            yield return fault;

        foreach (var link in _links)
        {
            if (Internals.StateOf(link.Socket) != 1)
                yield return $"{link.Name}'s socket is not closed";

            if (!link.Connection.ConnectionClosed.IsCancellationRequested)
                yield return $"{link.Name} was not told that it has closed";

            if (Internals.RegionOf(link.Connection.Output) is { IsInUse: true })
                yield return $"{link.Name} keeps a file";
        }

        if (_group.Loops[0].Slots.Count != 0)
            yield return $"{_group.Loops[0].Slots.Count} slots are taken";

        if (_blocks.Outstanding != 0)
            yield return $"{_blocks.Outstanding} blocks are out";

        if (Internals.StateOf(File) != _fileReferences)
            yield return "a file has more or fewer references than before";

        if (Chooser.Strays != 0)
            yield return $"{Chooser.Strays} points were passed by threads that nobody expected";
    }

    private void Watch(StallMonitor monitor)
    {
        while (true)
        {
            Chooser.BlockUntil(() => HasStuck(out _), "watches");
            HasStuck(out var word);
            _vainWord = word;

            // The first sees where the leader is, the second that it still is there a threshold later.
            monitor.TryCheckAll(_now, excused: 0);
            _now += (Options.StallThreshold.Ticks * Stopwatch.Frequency / TimeSpan.TicksPerSecond) + 1;
            monitor.TryCheckAll(_now, excused: 0);
            _now++;
        }
    }

    /// <summary>Whether somebody waits for a leader that might be stuck, and was not found to move since the last try.</summary>
    private bool HasStuck(out long word)
    {
        var loop = _group.Loops[0];
        word = loop.Progress;
        return word != _vainWord && LeadershipWord.CursorOf(word) != LeadershipWord.Polling && loop.HasWaiting(word);
    }

    private void KeepTime()
    {
        while (true)
        {
            Chooser.BlockUntil(() => Clock.HasNext, "sleeps");
            Clock.Pass();
        }
    }
}
