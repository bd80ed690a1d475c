using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// What an event of the connection brings about, and where the application runs because of it: on the loop, or beside it once
/// it has blocked. Any thread may learn and ask; a moment's wrong answer costs the others a threshold.
/// </summary>
internal sealed partial class AeronetConnection : ILoopHandler, ILoopContinuation
{
    /// <summary>Prompt dispatches beside the loop after which a connection that blocked is trusted on it again.</summary>
    private const int PromptDispatchesToTrust = 16;

    /// <summary>Prompt dispatches on the loop after which a connection is served there even while others block.</summary>
    private const int PromptDispatchesToBeKnown = 2;

    private static readonly TimeSpan s_prompt = TimeSpan.FromMilliseconds(1);

    private int _distrust;
    private int _promptDispatches;

    /// <summary>Whether the application may not run on the loop for this connection now.</summary>
    internal bool MustRunBeside =>
        _loop.Group.Monitor is not null
        && (_distrust > 0
            || _loop.Group.Standby.IsExhausted
            || (_promptDispatches < PromptDispatchesToBeKnown && (_loop.Group.Standby.IsScarce || _loop.IsAlarmed)));

    void ILoopHandler.OnEvents(EpollEvents events)
    {
        if (_handshake is { } handshake)
        {
            StepHandshake(handshake, events);
            return;
        }

        // Each is reported once: all of it is noted before anything is made of it.
        var isReadable = (events & EpollEvents.Readable) != 0 || ((events & EpollEvents.Writable) != 0 && TakeReadAwaitsRoom());
        if (isReadable)
        {
            _input.Note(events);
        }

        if ((events & EpollEvents.Writable) != 0)
        {
            _output.OnWritable();
        }

        if (!isReadable)
        {
            return;
        }

        if (_handshake is { } late)
        {
            // The upgrade began in between and did not see this event: see UpgradeAsync.
            StepHandshake(late, events);
        }
        else
        {
            _input.RunOnLoop();
        }
    }

    /// <summary>The handshake is over.</summary>
    void ILoopContinuation.Continue()
    {
        _handshake!.Continue();
        OnApplicationReturned();
    }

    /// <summary>
    /// The application waits for this connection. What it waits for may come before it has returned to where it was continued: that it
    /// has blocked is to be known by then.
    /// </summary>
    internal void OnApplicationWaits()
    {
        if (LoopThread.Current is { HasLostLoop: true })
        {
            Distrust();
        }
    }

    /// <summary>The application has returned from where the loop continued it.</summary>
    internal void OnApplicationReturned()
    {
        if (LoopThread.Current is not { } thread)
        {
            return;
        }

        if (!thread.IsLeading)
        {
            Distrust();
            ReportStall(thread);
        }
        else if (_promptDispatches < PromptDispatchesToBeKnown)
        {
            _promptDispatches++;
        }
    }

    /// <summary>The application has returned from where it was continued at <paramref name="start"/> beside the loop.</summary>
    internal void OnApplicationReturnedBeside(long start)
    {
        if (_loop.Group.Clock.GetElapsedTime(start) >= s_prompt)
        {
            _distrust = PromptDispatchesToTrust;
        }
        else if (_distrust > 0)
        {
            _distrust--;
        }
        else if (_promptDispatches < PromptDispatchesToBeKnown)
        {
            _promptDispatches++;
        }
    }

    /// <summary>It blocked: from now on this connection gets a thread of its own until it proves prompt.</summary>
    private void Distrust()
    {
        _distrust = PromptDispatchesToTrust;
        _promptDispatches = 0;
    }
}
