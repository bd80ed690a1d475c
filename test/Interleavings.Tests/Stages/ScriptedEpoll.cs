using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>
/// An epoll set of scripted channels, edge-triggered as the kernel's (epoll(7)): what happened puts a channel on the list of those that are
/// ready once, and a wait reports of each all that is true of it then and watched for; a change of what is watched for looks anew.
/// </summary>
internal sealed class ScriptedEpoll(ThreadChooser chooser, Func<ulong, EpollEvents> readiness) : EpollHandle(-1)
{
    private const ulong WakeToken = ulong.MaxValue;
    private const EpollEvents Always = EpollEvents.Error | EpollEvents.HangUp;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, EpollEvents> _watched = [];
    private readonly List<ulong> _ready = [];
    private readonly AutoResetEvent _freed = new(false);

    internal override int Add(int fd, EpollEvents events, ulong token) => Modify(fd, events, token);

    internal override int Modify(int fd, EpollEvents events, ulong token)
    {
        lock (_gate)
        {
            _watched[token] = events;
            if (token != WakeToken)
                Note(token, readiness(token));
        }

        return 0;
    }

    internal override int Remove(int fd) => throw new NotSupportedException("Nobody listens.");

    /// <summary>Something of <paramref name="happened"/> came to be true of a channel, or did so again.</summary>
    internal void Happen(ulong token, EpollEvents happened)
    {
        lock (_gate)
            Note(token, happened);
    }

    internal void Wake()
    {
        lock (_gate)
            Note(WakeToken, EpollEvents.In);

        _freed.Set();
    }

    internal override bool HasEvents()
    {
        lock (_gate)
            return _ready.Exists(token => Report(token) != 0);
    }

    internal override unsafe int Wait(EpollEventBuffer buffer, int timeoutMilliseconds)
    {
        if (timeoutMilliseconds == 0)
            chooser.Pass("looks for events");
        else if (chooser.IsFree)
            _freed.WaitOne(10);
        else
            chooser.Wait(HasEvents, "waits for events");

        lock (_gate)
        {
            var count = 0;
            foreach (var token in _ready)
            {
                if (Report(token) is not EpollEvents.None and var events)
                    EpollEventBuffer.Write((byte*)buffer.Pointer + (count++ * EpollEventBuffer.Stride), events, token);
            }

            _ready.Clear();
            return count;
        }
    }

    private void Note(ulong token, EpollEvents happened)
    {
        if (_watched.TryGetValue(token, out var watched) && (happened & (watched | Always)) != 0 && !_ready.Contains(token))
            _ready.Add(token);
    }

    private EpollEvents Report(ulong token) =>
        token == WakeToken ? EpollEvents.In : readiness(token) & (_watched[token] | Always) & ~EpollEvents.EdgeTriggered;
}
