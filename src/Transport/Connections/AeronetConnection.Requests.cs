namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>The little the connection knows of the requests on it, from <c>RequestHook</c>: what a peer's end cut short, and what is still to come.</summary>
internal sealed partial class AeronetConnection
{
    private Func<object, bool>? _isOver;
    private object? _request;
    private long _lastByte = -1;
    private bool _lastHasBody;

    /// <summary>Whether a request has been handled and the next has not begun. False where nothing is known of requests.</summary>
    internal bool IsBetweenRequests => _request is { } request && _isOver!(request);

    private bool IsInRequest => Volatile.Read(ref _request) is { } request && !_isOver!(request);

    /// <summary>Whether the peer has said which request is its last, and all of that was received.</summary>
    private bool HasWholeLastRequest => _lastByte >= 0 && _input.Received >= _lastByte;

    /// <summary>An HTTP/1 request has begun well.</summary>
    /// <param name="isOver">Whether <paramref name="request"/> is over, and the next one has not begun.</param>
    /// <param name="request">What <paramref name="isOver"/> is given: one object for all requests of the connection.</param>
    /// <param name="bytesToCome">How long its body is, if it is the peer's last; -1 when more may follow, or nobody knows how much.</param>
    internal void BeginRequest(Func<object, bool> isOver, object request, long bytesToCome)
    {
        _isOver = isOver;

        // After what belongs to it: a drain looks from another thread.
        Volatile.Write(ref _request, request);
        _lastByte = -1;
        if (IsReadDirectly)
        {
            _input.Accept(isOver, request);
            _lastByte = bytesToCome < 0 ? -1 : _input.Position + bytesToCome;
            _lastHasBody = bytesToCome > 0;
            if (!_habits.SpeaksPlainHttp && _session is null)
            {
                _habits.SpeaksPlainHttp = true;
            }
        }
    }
}
