namespace Aeronet.AspNetCore.Transport.Tests.Allocations;

/// <summary>
/// Counts what the loop's thread allocates between two requests. Called by the handler with each request; the thread must
/// always be the same.
/// </summary>
internal sealed class LoopAllocations(int warmUp, int measured)
{
    private int _requests;
    private int _thread;
    private long _start;
    private long _end;

    internal int Requests => warmUp + measured + 1;

    /// <summary>Bytes per request, over all that runs on the thread between two calls of the handler.</summary>
    internal double BytesPerRequest => _end == 0 ? double.NaN : (double)(_end - _start) / measured;

    internal void OnRequest()
    {
        _requests++;
        if (_requests == warmUp)
        {
            _thread = Environment.CurrentManagedThreadId;
            _start = GC.GetAllocatedBytesForCurrentThread();
        }
        else if (_requests == warmUp + measured)
        {
            _end = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(_thread, Environment.CurrentManagedThreadId);
        }
    }
}
