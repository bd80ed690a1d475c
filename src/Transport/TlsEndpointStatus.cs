namespace Aeronet.AspNetCore.Transport;

/// <summary>One endpoint that terminates TLS.</summary>
public sealed record TlsEndpointStatus
{
    /// <summary>Its address as Kestrel shows it, such as <c>https://127.0.0.1:8443</c>.</summary>
    public required string Address { get; init; }

    /// <summary>Whose TLS it is.</summary>
    public required TlsImplementation Implementation { get; init; }

    /// <summary>Why Kestrel's TLS serves it and not the transport's; null where the transport's does.</summary>
    public string? FallbackReason { get; init; }

    /// <summary>How the kernel is used for it. Without effect where Kestrel's TLS serves.</summary>
    public required KtlsMode Ktls { get; init; }

    /// <summary>The endpoint's own policy, which holds for clients that name no other host, and then the named hosts by name.</summary>
    public required IReadOnlyList<TlsHostStatus> Hosts { get; init; }

    /// <summary>
    /// The keys that session tickets are made with, for all hosts of the endpoint; the one that new tickets get first. Empty where
    /// no host hands out tickets, and where Kestrel's TLS serves, which does not tell.
    /// </summary>
    public required IReadOnlyList<TlsTicketKeyStatus> TicketKeys { get; init; }

    /// <summary>
    /// How often a new ticket key takes the place of the one in use; null when the files that keys are
    /// from say so, and where there are no keys.
    /// </summary>
    public TimeSpan? TicketKeyRotation { get; init; }
}
