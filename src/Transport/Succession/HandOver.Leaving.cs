using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>The side of the process that serves: it answers new ones, and leaves to one of them.</summary>
internal sealed partial class HandOver
{
    private static readonly TimeSpan s_greetingPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long kept-alive connections have to come with a request more, whose answer says that it is the last: who is told opens a new connection, and no
    /// request crosses the closing of the old one.
    /// </summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(3);

    private async Task AnswerAllAsync(DescriptorHandle control)
    {
        using var listening = control.View();
        while (!_answering.IsCancellationRequested)
        {
            try
            {
                var connected = await listening.AcceptAsync(_answering.Token).ConfigureAwait(false);
                _ = AnswerAsync(connected);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException failure)
            {
                SuccessionLog.AcceptFailed(_logger, failure.Message);
                await Task.Delay(s_pause).ConfigureAwait(false);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A fault of one new process; this one goes on serving.")]
    private async Task AnswerAsync(Socket connected)
    {
        try
        {
            using var channel = new SuccessionChannel(connected);
            if (channel.WhyNotTrusted() is { } problem)
            {
                await RefuseAsync(channel, $"the new one {problem}").ConfigureAwait(false);
                return;
            }

            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            deadline.CancelAfter(s_greetingPatience);
            if (await channel.ReceiveAsync(deadline.Token).ConfigureAwait(false) is not var (message, passed) || message.Kind != MessageKind.Take)
            {
                return;
            }

            passed?.Dispose();
            if (WhyNotOffered(channel.Peer.Process) is { } reason)
            {
                await RefuseAsync(channel, reason).ConfigureAwait(false);
                return;
            }

            await OfferAsync(channel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SuccessionException or OperationCanceledException)
        {
            // It went away, or said what nobody asked for, before anything was handed to it.
            SuccessionLog.Unanswered(_logger, failure.Message);
        }
        catch (Exception failure)
        {
            SuccessionLog.Failed(_logger, failure);
        }
        finally
        {
            connected.Dispose();
        }
    }

    private string? WhyNotOffered(int process)
    {
        lock (_gate)
        {
            switch (_state)
            {
                case HandOverState.Serving:
                    _state = HandOverState.Offering;
                    _successor = process;
                    return null;
                case HandOverState.Offering:
                    return string.Create(CultureInfo.InvariantCulture, $"process {_successor} is taking over already; start this one when it serves");
                default:
                    return "it is ending; start this one again when it has ended";
            }
        }
    }

    private async Task RefuseAsync(SuccessionChannel channel, string reason)
    {
        SuccessionLog.Refused(_logger, channel.Peer.Process, channel.Peer.User, reason);
        await channel.SendAsync(new SuccessionMessage(MessageKind.Refused, reason), null, _ending.Token).ConfigureAwait(false);
    }

    private async Task OfferAsync(SuccessionChannel channel)
    {
        var process = channel.Peer.Process;
        var timeout = _options.Value.HandOverTimeout;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        deadline.CancelAfter(timeout);
        try
        {
            await SendSocketsAsync(channel, deadline.Token).ConfigureAwait(false);
            var answer = await channel.ReceiveAsync(deadline.Token).ConfigureAwait(false);
            answer?.Passed?.Dispose();
            if (answer?.Message.Kind != MessageKind.Started)
            {
                SuccessionLog.SuccessorEnded(_logger, process);
            }
            else if (TryMove(HandOverState.Offering, HandOverState.Gone))
            {
                await LeaveAsync(channel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !_ending.IsCancellationRequested)
        {
            SuccessionLog.SuccessorLate(_logger, process, timeout.TotalSeconds);
            await channel.SendAsync(
                new SuccessionMessage(MessageKind.Refused, string.Create(CultureInfo.InvariantCulture, $"it did not start within {timeout} ({AeronetTransportOptions.SectionName}:{nameof(AeronetTransportOptions.HandOverTimeout)} of the process that serves)")),
                null,
                _ending.Token).ConfigureAwait(false);
        }
        catch (SuccessionException)
        {
            SuccessionLog.SuccessorEnded(_logger, process);
        }
        finally
        {
            lock (_gate)
            {
                if (_state == HandOverState.Offering)
                {
                    (_state, _hasGivenAway) = (HandOverState.Serving, false);
                }
            }
        }
    }

    private async Task SendSocketsAsync(SuccessionChannel channel, CancellationToken cancellationToken)
    {
        var held = _listeners!.Held;
        foreach (var (socket, origin) in held)
        {
            await channel.SendAsync(new SuccessionMessage(MessageKind.Socket, Predecessor.Describe(origin)), socket, cancellationToken).ConfigureAwait(false);
        }

        await channel.SendAsync(new SuccessionMessage(MessageKind.Control), _control, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_state != HandOverState.Offering)
            {
                throw new OperationCanceledException("this process has been told to stop, and owns its sockets");
            }

            // From here on it may go on without this process.
            _hasGivenAway = true;
        }

        await channel.SendAsync(new SuccessionMessage(MessageKind.Complete), null, cancellationToken).ConfigureAwait(false);
        SuccessionLog.Offered(_logger, channel.Peer.Process, held.Count);
    }

    /// <summary>The new process has started: it accepts, and this one does no more. Whatever fails, it ends: it listens nowhere.</summary>
    private async Task LeaveAsync(SuccessionChannel channel)
    {
        try
        {
            await _answering.CancelAsync().ConfigureAwait(false);
            _listeners!.LetGo();
            _control!.Dispose();
            await channel.SendAsync(new SuccessionMessage(MessageKind.Yours), null, _ending.Token).ConfigureAwait(false);
            SuccessionLog.HandedOver(_logger, channel.Peer.Process);
        }
        catch (SuccessionException)
        {
            // Nobody serves: only a process that is started anew can.
            SuccessionLog.SuccessorLost(_logger, channel.Peer.Process);
            ExitWithFailure();
        }
        finally
        {
            // Asked for here: the drain knows the transport, and the transport this.
            _ = _services.GetRequiredService<IAeronetDrain>().BeginAsync(s_farewell, CancellationToken.None);
            await Task.Delay(s_farewell, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _lifetime.StopApplication();
        }
    }

    private bool TryMove(HandOverState from, HandOverState to)
    {
        lock (_gate)
        {
            if (_state != from)
            {
                return false;
            }

            _state = to;
            return true;
        }
    }
}
