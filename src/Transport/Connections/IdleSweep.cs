using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// Looks at all connections now and then for those that have moved no byte for too long: a request pays nothing for it, and an idle connection has no
/// timer.
/// </summary>
internal sealed class IdleSweep : IDisposable
{
    private const int LooksPerTimeout = 4;

    private readonly EventLoopGroup _loops;
    private readonly Timer _timer;
    private int _looking;

    internal IdleSweep(EventLoopGroup loops, TimeSpan timeout)
    {
        _loops = loops;
        var period = timeout / LooksPerTimeout;
        _timer = new Timer(static sweep => ((IdleSweep)sweep!).Look(), this, period, period);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        // A look that takes longer than the time between two.
        if (Interlocked.Exchange(ref _looking, 1) != 0)
        {
            return;
        }

        try
        {
            var now = Environment.TickCount64;
            foreach (var loop in _loops.Loops)
            {
                foreach (var handler in loop.Slots.Snapshot())
                {
                    (handler as AeronetConnection)?.EndIfIdle(now);
                }
            }
        }
        catch (Exception failure)
        {
            // A timer's thread: it would end the process.
            _loops.OnHandlerFailed(failure);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }
}
