using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Tests.Allocations;

/// <summary>
/// Counts what the loop's thread allocates between two requests. Called by the handler with each request; the thread must
/// always be the same.
/// </summary>
internal sealed class LoopAllocations(int warmUp, int measured)
{
    private int _requests;
    private LoopThread? _thread;
    private bool _sameThread;
    private long _start;
    private long _end;

    internal int Requests => warmUp + measured + 1;

    /// <summary>Bytes per request, over all that runs on the thread between two calls of the handler.</summary>
    internal double BytesPerRequest
    {
        get
        {
            Assert.True(_end != 0 && _sameThread, $"{_requests} requests, the last of which the loop's thread {(_sameThread ? "served" : "did not serve")}.");
            return (double)(_end - _start) / measured;
        }
    }

    internal void OnRequest()
    {
        _requests++;
        if (_requests == warmUp)
        {
            _thread = LoopThread.Current;
            _start = GC.GetAllocatedBytesForCurrentThread();
        }
        else if (_requests == warmUp + measured)
        {
            _end = GC.GetAllocatedBytesForCurrentThread();
            _sameThread = _thread is not null && ReferenceEquals(_thread, LoopThread.Current);
        }
    }
}
