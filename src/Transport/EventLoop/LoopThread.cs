using System.Diagnostics.CodeAnalysis;
using System.Runtime;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// A thread that leads a loop, serves one connection beside it, or waits in the <see cref="StandbyPool"/> to do either.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A SemaphoreSlim holds nothing unless its wait handle is asked for.")]
internal sealed class LoopThread
{
    [ThreadStatic]
    private static LoopThread? t_current;

    private readonly StandbyPool _pool;
    private readonly SemaphoreSlim _assigned = new(0);
    private readonly Thread _thread;
    private EventLoop? _loop;
    private uint _term;
    private IThreadPoolWorkItem? _item;
    private bool _stop;
    private TimeSpan _compilationTime;

    internal LoopThread(StandbyPool pool)
    {
        _pool = pool;

        // The default stack size: application code expects what it finds on the thread pool.
        _thread = new Thread(Run) { IsBackground = true, Name = StandbyPool.IdleThreadName };
    }

    /// <summary>The loop thread this code runs on, or null on any other thread.</summary>
    internal static LoopThread? Current => t_current;

    /// <summary>The kernel's id of this thread, for its scheduling statistics. 0 until it runs.</summary>
    internal int KernelThreadId { get; private set; }

    /// <summary>Whether this thread leads a loop now, so that what it does not finish somebody finds and finishes.</summary>
    internal bool IsLeading => _loop is { } loop && loop.IsLedIn(_term);

    /// <summary>Whether this thread led a loop that was taken from it, and has not come back yet. Own thread only.</summary>
    internal bool HasLostLoop => _loop is { } loop && !loop.IsLedIn(_term);

    /// <summary>
    /// Set by whoever reported that this thread blocked its loop, so that it is reported once. Own thread only.
    /// </summary>
    internal bool StallReported { get; set; }

    /// <summary>
    /// Time this thread has spent in the JIT compiler since it was last asked. The first requests of a process are slow
    /// because their code is compiled, which is nobody's blocking. Own thread only.
    /// </summary>
    internal TimeSpan TakeCompilationTime()
    {
        var total = JitInfo.GetCompilationTime(currentThread: true);
        var since = total - _compilationTime;
        _compilationTime = total;
        return since;
    }

    /// <summary>Memory blocks at hand. Own thread only.</summary>
    internal WarmBlocks Blocks { get; } = new();

    /// <summary>Starts it by <paramref name="start"/>, if that is not null.</summary>
    internal void Start(Action<Thread>? start = null)
    {
        if (start is null)
        {
            _thread.Start();
        }
        else
        {
            start(_thread);
        }
    }

    /// <summary>Sends the thread to lead <paramref name="loop"/> for <paramref name="term"/>.</summary>
    internal void AssignLead(EventLoop loop, uint term)
    {
        _loop = loop;
        _term = term;
        Interleaving.Point();
        _assigned.Release();
    }

    /// <summary>Sends the thread to run one item.</summary>
    internal void AssignItem(IThreadPoolWorkItem item)
    {
        _item = item;
        _assigned.Release();
    }

    internal void AssignStop()
    {
        _stop = true;
        _assigned.Release();
    }

    /// <summary>Has <paramref name="output"/> sent when the current dispatch returns. False when this thread is not leading: then the caller sends.</summary>
    internal bool TryOwe(IDeferredFlush output)
    {
        Interleaving.Point();
        if (!IsLeading)
        {
            return false;
        }

        _loop!.Owe(output, _term);
        return true;
    }

    /// <summary>
    /// Has <paramref name="continuation"/> run when the current dispatch returns. False when this thread is not leading: then the
    /// caller runs it, here or elsewhere.
    /// </summary>
    internal bool TryOwe(ILoopContinuation continuation)
    {
        Interleaving.Point();
        if (!IsLeading)
        {
            return false;
        }

        _loop!.Owe(continuation, _term);
        return true;
    }

    private void Run()
    {
        t_current = this;
        KernelThreadId = DescriptorCalls.CurrentThreadId();
        while (true)
        {
            Interleaving.Waits(_assigned);
            while (!_assigned.Wait(StandbyPool.IdleTimeout))
            {
                // When it was taken just now, what for is complete only with the release.
                if (_pool.TryRetire(this))
                {
                    return;
                }
            }

            if (_stop)
            {
                _pool.OnThreadEnded();
                return;
            }

            if (_loop is { } loop)
            {
                Lead(loop);
            }
            else
            {
                Serve();
            }

            Blocks.Clear(_pool.OnItemFailed);
            _pool.Return(this);
        }
    }

    private void Lead(EventLoop loop)
    {
        _thread.Name = loop.ThreadName;
        loop.Lead(_term);
        _loop = null;
        _thread.Name = StandbyPool.IdleThreadName;
        loop.OnLeaderReturned();
    }

    private void Serve()
    {
        var item = _item!;
        _item = null;
        try
        {
            item.Execute();
        }
        catch (Exception failure)
        {
            _pool.OnItemFailed(failure);
        }
    }
}
