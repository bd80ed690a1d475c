namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>
/// What the two processes of a hand-over tell each other.
/// <code>
///   new                      old
///   Take ------------------->       or Refused, and the end
///        &lt;------------------ Socket, with a descriptor, for each listening socket
///        &lt;------------------ Control, with the descriptor of the socket that new processes connect to
///        &lt;------------------ Complete
///   (starts)                        (serves on)
///   Started ---------------->       (accepts no more)
///        &lt;------------------ Yours, or Refused: it took too long
///   (accepts)                       (drains and ends)
/// </code>
/// </summary>
internal enum MessageKind
{
    Take,
    Refused,
    Socket,
    Control,
    Complete,
    Started,
    Yours,
}
