using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Aeronet.AspNetCore.Transport.Tls.Tickets;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>How a handshake ended.</summary>
internal readonly struct TlsOutcome
{
    /// <summary>Why it failed; null when it is complete.</summary>
    internal string? Failure { get; init; }

    internal TlsFailure FailureKind { get; init; }

    /// <summary>The name the client asked for; empty when it sent none.</summary>
    internal string HostName { get; init; }

    /// <summary>The client's first message, where somebody wants to see it.</summary>
    internal byte[]? ClientHello { get; init; }

    /// <summary>Whose policy held; null when it failed before the client had said whom it wants, or for that.</summary>
    internal TlsHost? Host { get; init; }

    /// <summary>The ticket that the client showed.</summary>
    internal ShownTicket Ticket { get; init; }

    /// <summary>Whether the client asked for its certificate's staple and got it; none where a session was resumed, which shows no certificate.</summary>
    internal StapleUse Staple { get; init; }

    /// <summary>How old what the staple says is.</summary>
    internal TimeSpan StapleAge { get; init; }

    internal TlsAgreement Agreement { get; init; }

    internal bool SendsByKernel { get; init; }

    internal bool ReceivesByKernel { get; init; }
}
