namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>The ticket that a client showed; of several, what became of the last that was looked at.</summary>
/// <param name="Key">Which key it was under.</param>
/// <param name="Declined">Why it was not used, where that is known before the handshake's end.</param>
/// <param name="Age">How old what it brought is, in whole seconds; zero where it brought nothing.</param>
internal readonly record struct ShownTicket(TicketUse Key, TicketDecline Declined, TimeSpan Age);
