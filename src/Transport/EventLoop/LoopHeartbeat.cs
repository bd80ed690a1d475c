using System.Diagnostics;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// Whether a loop makes progress, for who asks now and then: a word that is the same at two looks, while somebody waits at both, is a loop that
/// nobody could take from its leader. The loop itself does nothing for it.
/// </summary>
internal sealed class LoopHeartbeat(EventLoop loop)
{
    private readonly Lock _gate = new();
    private long _wordByGate = -1;
    private long _sinceByGate;

    internal TimeSpan StuckFor()
    {
        lock (_gate)
        {
            var word = loop.Progress;
            var isWaiting = LeadershipWord.CursorOf(word) != LeadershipWord.Polling && loop.HasWaiting(word);
            if (isWaiting && word == _wordByGate)
            {
                return Stopwatch.GetElapsedTime(_sinceByGate);
            }

            // Time in which nobody waited does not count.
            _wordByGate = isWaiting ? word : -1;
            _sinceByGate = Stopwatch.GetTimestamp();
            return TimeSpan.Zero;
        }
    }
}
