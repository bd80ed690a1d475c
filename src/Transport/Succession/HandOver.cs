using System.Diagnostics.CodeAnalysis;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>
/// Gets listening sockets from whoever had them before this process, and hands them to the process after it. Asked when endpoints are bound; told by the
/// host when it has started and when it stops. <see cref="HandOverState"/> draws the way.
/// </summary>
internal sealed partial class HandOver : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly IOptions<AeronetTransportOptions> _options;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly IServiceProvider _services;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _answering = new();
    private readonly Lock _gate = new();
    private Task? _begun;
    private IHeldSockets? _listeners;
    private Predecessor? _predecessor;
    private DescriptorHandle? _control;
    private string? _path;
    private HandOverState _state;
    private int _successor;
    private bool _hasGivenAway;

    public HandOver(IOptions<AeronetTransportOptions> options, IHostApplicationLifetime lifetime, IServiceProvider services, ILoggerFactory loggers)
    {
        _services = services;
        _options = options;
        _lifetime = lifetime;
        _logger = TransportLog.CreateLogger(loggers);
    }

    /// <summary>What this process was given, until endpoints take it.</summary>
    internal InheritedSockets Inherited { get; } = new();

    /// <summary>Whether what is bound now accepts at once; otherwise it waits for <see cref="IHeldSockets.BeginAccepting"/>.</summary>
    internal bool MayAccept => State is not (HandOverState.Taking or HandOverState.Refused);

    private HandOverState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>
    /// Whether others go on with a socket: then its queue and its file are left as they are when this process ends.
    /// </summary>
    internal bool Shares(SocketOrigin origin)
    {
        lock (_gate)
        {
            return origin == SocketOrigin.Keeper
                || _hasGivenAway
                || (origin == SocketOrigin.Predecessor && _state is HandOverState.Taking or HandOverState.Refused);
        }
    }

    /// <summary>Before the first endpoint is bound: takes over what there is to take over. Once for all endpoints.</summary>
    /// <exception cref="InvalidOperationException">The process that serves does not hand over, or the path cannot be used.</exception>
    internal Task BeginAsync(IHeldSockets listeners, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _begun ??= BeginOnceAsync(listeners, cancellationToken);
        }
    }

    /// <summary>Ends what others do not go on with. The endpoints have been unbound, or will be.</summary>
    public void Dispose()
    {
        End();
        CloseUnused(told: false);
        _predecessor?.Dispose();
    }

    private async Task BeginOnceAsync(IHeldSockets listeners, CancellationToken cancellationToken)
    {
        _listeners = listeners;
        TakeActivated();
        if (_options.Value.HandOver is { } path)
        {
            await MeetAsync(path, cancellationToken).ConfigureAwait(false);
            _lifetime.ApplicationStopping.Register(static self => ((HandOver)self!).End(), this);
        }

        _lifetime.ApplicationStarted.Register(static self => _ = ((HandOver)self!).OnStartedAsync(), this);
    }

    private void TakeActivated()
    {
        foreach (var (number, name) in SocketActivation.OfThisProcess)
        {
            string problem;
            if (!DescriptorCalls.TryDuplicate(number, out var duplicate, out problem))
            {
                problem = $"is not open ({problem})";
            }
            else if (InheritedSocket.TryCreate(new DescriptorHandle(duplicate), SocketOrigin.Keeper, out problem, number) is { } socket)
            {
                Inherited.Add(socket);
                continue;
            }

            SuccessionLog.NotListening(_logger, number, name, problem);
        }

        SocketActivation.Forget();
    }

    private async Task MeetAsync(string path, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        deadline.CancelAfter(_options.Value.HandOverTimeout);
        var who = $"{AeronetTransportOptions.SectionName}:{nameof(AeronetTransportOptions.HandOver)} is '{path}', which";
        try
        {
            while (true)
            {
                var (connected, listening) = await ControlSocket.MeetAsync(path, deadline.Token).ConfigureAwait(false);
                if (connected is null)
                {
                    (_path, _control) = (path, listening);
                    return;
                }

                who = $"{AeronetTransportOptions.SectionName}:{nameof(AeronetTransportOptions.HandOver)} is '{path}': the process that listens there";
                if (await Predecessor.ReceiveAsync(connected, Inherited, deadline.Token).ConfigureAwait(false) is { } predecessor)
                {
                    lock (_gate)
                    {
                        (_path, _control, _predecessor, _state) = (path, predecessor.Control, predecessor, HandOverState.Taking);
                    }

                    SuccessionLog.TakingOver(_logger, predecessor.Process, predecessor.Count);
                    return;
                }

                // It is ending: soon nobody listens.
                await Task.Delay(s_pause, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (SuccessionException failure)
        {
            throw new InvalidOperationException($"{who} {failure.Message}.", failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && !_ending.IsCancellationRequested)
        {
            throw new InvalidOperationException(
                $"{who} does not answer within {_options.Value.HandOverTimeout} ({AeronetTransportOptions.SectionName}:{nameof(AeronetTransportOptions.HandOverTimeout)}): it may be starting itself. Start this process when it serves.");
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Nobody awaits it: what is wrong is logged, and the process that cannot take over ends.")]
    private async Task OnStartedAsync()
    {
        // Not on the thread that starts the host.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (_predecessor is { } predecessor && !await TakeOverAsync(predecessor).ConfigureAwait(false))
            {
                return;
            }

            CloseUnused(told: true);
            lock (_gate)
            {
                if (_control is null || _state == HandOverState.Gone)
                {
                    return;
                }

                _state = HandOverState.Serving;
            }

            await AnswerAllAsync(_control).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            SuccessionLog.Failed(_logger, failure);
            Fail();
        }
    }

    /// <summary>Whether the endpoints are this process's now.</summary>
    private async Task<bool> TakeOverAsync(Predecessor predecessor)
    {
        if (State != HandOverState.Taking)
        {
            // Told to stop while it started: the one before serves on.
            return false;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        deadline.CancelAfter(_options.Value.HandOverTimeout);
        string? refusal;
        var hasEnded = false;
        try
        {
            (refusal, hasEnded) = await predecessor.TellStartedAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            refusal = "it does not answer";
        }

        if (refusal is not null)
        {
            if (!_ending.IsCancellationRequested)
            {
                SuccessionLog.NotTakenOver(_logger, predecessor.Process, refusal);
                Fail();
            }

            return false;
        }

        lock (_gate)
        {
            if (_state != HandOverState.Taking)
            {
                return false;
            }

            _state = HandOverState.Serving;
        }

        _listeners!.BeginAccepting();
        if (hasEnded)
        {
            SuccessionLog.PredecessorEnded(_logger, predecessor.Process);
        }

        SuccessionLog.TookOver(_logger, predecessor.Process);
        return true;
    }

    /// <summary>The host ends, with an exit code that tells its supervisor.</summary>
    private void Fail()
    {
        lock (_gate)
        {
            if (_state == HandOverState.Taking)
            {
                _state = HandOverState.Refused;
            }
        }

        ExitWithFailure();
        _lifetime.StopApplication();
    }

    private static void ExitWithFailure()
    {
        if (Environment.ExitCode == 0)
        {
            Environment.ExitCode = 1;
        }
    }

    /// <summary>Closes what no endpoint has asked for. Where nobody else has it, its clients find nobody from now on.</summary>
    private void CloseUnused(bool told)
    {
        foreach (var socket in Inherited.TakeRest())
        {
            if (told)
            {
                SuccessionLog.Unused(_logger, socket.ToString(), socket.Origin == SocketOrigin.Keeper
                    ? "it was passed at the start (LISTEN_FDS): connections wait there for ever. Give an endpoint its address, or take it out of the socket unit"
                    : "the process before listened there, and nobody does from now on");
                if (socket is { Origin: SocketOrigin.Predecessor, File: { } file } && !_listeners!.IsBoundTo(file))
                {
                    RemoveFile(file);
                }
            }

            socket.Descriptor.Dispose();
        }
    }

    private void RemoveFile(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A file that nobody listens at harms nobody: the next process replaces it.
            SuccessionLog.FileKept(_logger, path, failure.Message);
        }
    }

    /// <summary>The host stops. A new process that has been given the sockets goes on alone.</summary>
    private void End()
    {
        bool isLeaving;
        bool owns;
        lock (_gate)
        {
            isLeaving = _state == HandOverState.Offering && _hasGivenAway;
            owns = _control is not null && _state is HandOverState.Starting or HandOverState.Serving || (_state == HandOverState.Offering && !_hasGivenAway);
            if (_state == HandOverState.Gone)
            {
                return;
            }

            _state = _state is HandOverState.Taking or HandOverState.Refused ? HandOverState.Refused : HandOverState.Gone;
        }

        _answering.Cancel();
        if (isLeaving)
        {
            _listeners!.LetGo();
        }

        if (owns && _control is { IsClosed: false })
        {
            // First: who finds the file is answered.
            RemoveFile(_path!);
        }

        _control?.Dispose();

        // Last: it ends the connection, by which the new process learns that the sockets are its own.
        _ending.Cancel();
    }
}
