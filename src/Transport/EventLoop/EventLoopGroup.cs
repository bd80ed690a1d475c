using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>The loops of one server, their standby threads and their monitor.</summary>
internal sealed class EventLoopGroup : IDisposable
{
    private readonly EventLoop[] _loops;
    private readonly StandbyPool _standby;
    private readonly CountdownEvent _running;
    private readonly AeronetTransportOptions _options;
    private int _disposed;
    private int _lastToAccept = -1;

    private EventLoopGroup(AeronetTransportOptions options, ILogger logger, LoopEnvironment environment)
    {
        _options = options;
        Environment = environment;
        _loops = new EventLoop[options.EventLoops];
        OnHandlerFailed = failure => TransportLog.HandlerFailed(logger, failure);
        _standby = new StandbyPool((2 * options.EventLoops) + options.MaxStandbyThreads, reserve: options.EventLoops, OnHandlerFailed, environment.Start);
        _running = new CountdownEvent(options.EventLoops);
        ThreadPool.GetMinThreads(out var poolThreads, out _);
        Guests = new PoolGuests(poolThreads - 1, options.StallThreshold);
        if (options.Dispatch == DispatchMode.Adaptive)
        {
            Monitor = new StallMonitor(this, options.StallThreshold, logger);
        }
    }

    internal IReadOnlyList<EventLoop> Loops => _loops;

    internal StandbyPool Standby => _standby;

    internal StallMonitor? Monitor { get; }

    internal PoolGuests Guests { get; }

    internal LoopEnvironment Environment { get; }

    internal TimeProvider Clock => Environment.Clock;

    internal bool RunsOnThreadPool => _options.Dispatch == DispatchMode.ThreadPool;

    /// <summary>Whether this kernel gives us an epoll set and an eventfd; if not, why not.</summary>
    internal static bool IsSupported(out int errno)
    {
        using var epoll = EpollHandle.TryCreate(out errno);
        if (epoll is null)
        {
            return false;
        }

        using var wake = WakeHandle.TryCreate(out errno);
        return wake is not null;
    }

    /// <summary>Creates the loops and starts their threads, by <paramref name="environment"/> where that is not the system.</summary>
    /// <exception cref="InvalidOperationException">The system refused a descriptor or a thread; the message says which limit to raise.</exception>
    internal static EventLoopGroup Start(AeronetTransportOptions options, ILogger logger, LoopEnvironment? environment = null)
    {
        var group = new EventLoopGroup(options, logger, environment ?? LoopEnvironment.System);
        try
        {
            for (var index = 0; index < group._loops.Length; index++)
            {
                group._loops[index] = CreateLoop(group, index);
            }

            foreach (var loop in group._loops)
            {
                loop.Start(group._standby.TryTake(fromReserve: true) ?? throw OutOfThreads(null));
            }

            group.Monitor?.Start(group.Environment.Start);
            return group;
        }
        catch (OutOfMemoryException failure)
        {
            group.Dispose();
            throw OutOfThreads(failure);
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    /// <summary>The loop that watches the next listening socket: one after the other.</summary>
    internal EventLoop NextToAccept() => _loops[(int)((uint)Interlocked.Increment(ref _lastToAccept) % (uint)_loops.Length)];

    /// <summary>The loop with the fewest connections.</summary>
    internal EventLoop LeastLoaded(EventLoop preferred)
    {
        var best = preferred;
        foreach (var loop in _loops)
        {
            if (loop.Slots.Count < best.Slots.Count)
            {
                best = loop;
            }
        }

        return best;
    }

    /// <summary>Runs <paramref name="item"/> beside the loops: on a standby thread while there is one to spare, else on the thread pool.</summary>
    internal void RunBeside(IThreadPoolWorkItem item)
    {
        if (_standby.TryTake(fromReserve: false) is { } thread)
        {
            thread.AssignItem(item);
        }
        else
        {
            QueueToPool(item);
        }
    }

    /// <summary>Runs <paramref name="item"/> on the thread pool.</summary>
    internal static void QueueToPool(IThreadPoolWorkItem item)
    {
        Interleaving.Forks(ref item);
        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
    }

    /// <summary>
    /// Something threw that must not: awaiting code has its exceptions caught before it gets here. One connection's fault
    /// is no reason to stop all others.
    /// </summary>
    internal Action<Exception> OnHandlerFailed { get; }

    internal void OnLoopStopped() => _running.Signal();

    /// <summary>Whether every thread has ended, blocks given back: after <see cref="Dispose"/> false only where one is inside the application.</summary>
    internal bool HasEnded { get; private set; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // The monitor first: a leader that is stuck while the loops stop must stay replaceable until it is told to stop.
        Monitor?.Dispose();
        foreach (var loop in _loops)
        {
            // Null, here and below, where not even all loops could be created.
            loop?.Stop();
        }

        _standby.Stop();
        HasEnded = _standby.WaitForEnd(_options.ShutdownTimeout);
        if (HasEnded || _running.IsSet)
        {
            // A loop that is still inside the application keeps its descriptors: closing them under it would let the
            // kernel give their numbers to somebody else.
            foreach (var loop in _loops)
            {
                loop?.Dispose();
            }

            _running.Dispose();
        }
    }

    private static EventLoop CreateLoop(EventLoopGroup group, int index)
    {
        var epoll = group.Environment.TryCreateEpoll(out var errno) ?? throw OutOfDescriptors("epoll_create1", errno);
        var wake = group.Environment.TryCreateWake(out errno);
        if (wake is null)
        {
            epoll.Dispose();
            throw OutOfDescriptors("eventfd", errno);
        }

        try
        {
            return new EventLoop(group, index, epoll, wake);
        }
        catch
        {
            epoll.Dispose();
            wake.Dispose();
            throw;
        }
    }

    // What the runtime throws for a thread that it does not get is an OutOfMemoryException.
    private static InvalidOperationException OutOfThreads(OutOfMemoryException? cause) => new(
        "The system gave no thread while starting the event loops: "
        + $"raise the limit of threads (ulimit -u, TasksMax=, pids.max) or lower {AeronetTransportOptions.SectionName}:EventLoops.",
        cause);

    private static InvalidOperationException OutOfDescriptors(string call, int errno) => new(
        $"{call} failed with errno {errno} ({Marshal.GetPInvokeErrorMessage(errno)}) while creating the event loops: "
        + $"raise the limit of open files (ulimit -n, LimitNOFILE=) or lower {AeronetTransportOptions.SectionName}:EventLoops.");
}
