using System.Diagnostics.CodeAnalysis;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// Lines that wait to be written: two buffers, one of which is filled while the other is written. Adding a line is one copy under a
/// lock; whoever writes is woken once a batch.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A SemaphoreSlim holds nothing unless its wait handle is asked for.")]
internal sealed class LineQueue(int capacity)
{
    private const int FirstSize = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0);

    // Guarded by _lock.
    private byte[] _filling = new byte[Math.Min(FirstSize, capacity)];
    private byte[] _spare = new byte[Math.Min(FirstSize, capacity)];
    private int _length;
    private int _lines;
    private long _dropped;
    private TaskCompletionSource? _room;
    private volatile bool _isCompleted;

    /// <summary>Whether it takes no more lines.</summary>
    public bool IsCompleted => _isCompleted;

    /// <summary>Adds a line; false if there is no room, or no writer any more.</summary>
    public bool TryAdd(ReadOnlySpan<byte> line)
    {
        bool wake;
        lock (_lock)
        {
            if (_isCompleted || capacity - _length < line.Length)
            {
                return false;
            }

            if (_filling.Length - _length < line.Length)
            {
                Array.Resize(ref _filling, Math.Min(capacity, Math.Max(_filling.Length * 2, _length + line.Length)));
            }

            // At the first line, and when so much is there that waiting for more makes no sense.
            wake = _length == 0 || (_length < capacity / 2 && _length + line.Length >= capacity / 2);
            line.CopyTo(_filling.AsSpan(_length));
            _length += line.Length;
            _lines++;
        }

        if (wake)
        {
            _wake.Release();
        }

        return true;
    }

    /// <summary>Counts a line that was not added.</summary>
    public void NoteDropped() => Interlocked.Increment(ref _dropped);

    /// <summary>The lines not added since the last call.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

    /// <summary>Waits until a line of this length may fit; false if it never will.</summary>
    public async Task<bool> WaitForRoomAsync(int length)
    {
        Task room;
        lock (_lock)
        {
            if (_isCompleted || length > capacity)
            {
                return false;
            }

            if (capacity - _length >= length)
            {
                return true;
            }

            room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        await room.ConfigureAwait(false);
        return true;
    }

    /// <summary>Waits for <see cref="Wake"/>, or for lines.</summary>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _wake.WaitAsync(timeout, cancellationToken);

    /// <summary>Lets the writer look at once.</summary>
    public void Wake() => _wake.Release();

    /// <summary>Takes what is there. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Take(out int lines)
    {
        TaskCompletionSource? room;
        ReadOnlyMemory<byte> taken;
        lock (_lock)
        {
            taken = _filling.AsMemory(0, _length);
            lines = _lines;
            (_filling, _spare) = (_spare, _filling);
            (_length, _lines) = (0, 0);
            (room, _room) = (_room, null);
        }

        room?.SetResult();
        return taken;
    }

    /// <summary>Takes no more lines; those that are there are still to be taken.</summary>
    public void Complete()
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            _isCompleted = true;
            (room, _room) = (_room, null);
        }

        room?.SetResult();
        Wake();
    }
}
