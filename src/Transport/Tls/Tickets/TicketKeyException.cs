namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>A source's keys cannot be had at the moment.</summary>
/// <param name="message">Why, as a sentence's end: <c>... : the message</c>.</param>
/// <param name="instead">The keys to go on with; null for those in use.</param>
/// <param name="inner">What was thrown, if anything.</param>
internal sealed class TicketKeyException(string message, TicketKeyWindow? instead = null, Exception? inner = null) : Exception(message, inner)
{
    internal TicketKeyWindow? Instead => instead;
}
