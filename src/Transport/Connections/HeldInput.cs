using System.Buffers;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// Has consumed bytes of a message held until somebody accepts it, so that a refused one can be looked at again. Consumed bytes stay in
/// the blocks they were received into: a message that comes in one read and is accepted costs nothing but a later return of its block.
/// Used by whoever the buffer belongs to.
/// </summary>
internal sealed class HeldInput(InputBuffer buffer, long limit)
{
    private const int MaxLeftover = 4096;

    private Func<object, bool>? _isOver;
    private object? _state;
    private byte[] _leftover = [];
    private bool _gaveUp;
    private long _streamStart;

    internal long MessageStart { get; private set; }

    internal bool IsAccepted => _isOver is not null;

    // RFC 9113, section 3.4.
    private static ReadOnlySpan<byte> Http2Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>The application reads.</summary>
    /// <param name="seesBytes">Whether it reads what was received, and not what somebody makes of it.</param>
    internal void OnRead(bool seesBytes)
    {
        if (_isOver is null)
        {
            // A message is being received. One longer than the server's limits is none, nor is a multiplexed stream.
            if (buffer.Holds && (!seesBytes || buffer.Position - buffer.HeldPosition > limit || BeginsHttp2()))
            {
                buffer.Holds = false;
                buffer.ReleaseConsumed();
                _gaveUp = true;
            }
        }
        else if (_isOver(_state!))
        {
            _isOver = null;
            _state = null;
            MessageStart = buffer.Position;
            buffer.Holds = !_gaveUp;
        }
    }

    /// <summary>Somebody else has taken what was received: what comes next begins the message.</summary>
    internal void OnTaken() => MessageStart = buffer.Position;

    /// <summary>What was consumed so far is no part of any message.</summary>
    internal void BeginStream()
    {
        buffer.ReleaseConsumed();
        MessageStart = _streamStart = buffer.Position;
    }

    internal void Accept(Func<object, bool> isOver, object state)
    {
        _isOver = isOver;
        _state = state;
        buffer.Holds = false;
        buffer.ReleaseConsumed();
    }

    /// <summary>The application is done with the reader, whose blocks go back: keeps a copy of how an unaccepted message begins.</summary>
    internal void Keep()
    {
        if (!IsAccepted && buffer.HeldPosition == MessageStart && buffer.Held is { IsEmpty: false } held)
        {
            _leftover = held.Slice(0, Math.Min(held.Length, MaxLeftover)).ToArray();
        }
    }

    /// <summary>How the message begins that nobody accepted, 4096 bytes at most.</summary>
    internal ReadOnlySequence<byte> Beginning()
    {
        var held = _leftover.Length > 0 ? new ReadOnlySequence<byte>(_leftover)
            : buffer.HeldPosition == MessageStart ? buffer.Held : default;
        return held.Slice(0, Math.Min(held.Length, MaxLeftover));
    }

    private bool BeginsHttp2()
    {
        var held = buffer.Held;
        if (buffer.HeldPosition != _streamStart || held.Length < Http2Preface.Length)
        {
            return false;
        }

        Span<byte> first = stackalloc byte[Http2Preface.Length];
        held.Slice(0, first.Length).CopyTo(first);
        return first.SequenceEqual(Http2Preface);
    }
}
