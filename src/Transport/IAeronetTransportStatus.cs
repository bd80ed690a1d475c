namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How the transport is doing at the moment. In the services after <c>UseAeronetTransport</c>. Safe from any thread; needs neither a loop nor
/// the thread pool, so that it can be asked when both are blocked.
/// </summary>
public interface IAeronetTransportStatus
{
    /// <summary>The event loops; empty before the first endpoint is bound, after the server has stopped, and where another transport serves.</summary>
    IReadOnlyList<AeronetLoopStatus> Loops { get; }

    /// <summary>Whether an endpoint accepts nothing at the moment: no descriptor or memory is left, or Kestrel does not take what was accepted.</summary>
    bool IsAcceptPaused { get; }

    /// <summary>Whether only those standby threads are left that replace stuck leaders of loops: what blocks is served on the thread pool.</summary>
    bool IsStandbyScarce { get; }

    /// <summary>Whether no standby thread is left: a loop that is blocked now stays so until the application returns.</summary>
    bool IsStandbyExhausted { get; }
}
