using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>What the connection tells of messages that the server refuses. Only where somebody wants to hear of it.</summary>
internal sealed partial class AeronetConnection : IHeldInputFeature
{
    private const int MaxPlainHttp = 512;

    // The type of the record that begins a handshake (RFC 8446, section 5.1).
    private const byte TlsHandshakeRecord = 22;

    private ConnectionVerdict? _verdict;
    private byte[] _plainHttp = [];
    private bool _beganTls;

    /// <summary>Whether what the application reads is what was received, and not what a middleware makes of it.</summary>
    internal bool IsReadDirectly => ReferenceEquals(Transport, this);

    long IHeldInputFeature.MessageStart => _input.Held!.MessageStart;

    long IHeldInputFeature.Consumed => _input.Position;

    bool IHeldInputFeature.IsAccepted => _input.Held!.IsAccepted;

    bool IHeldInputFeature.TryGetBytes(out long position, out ReadOnlySequence<byte> bytes) => _input.TryGetHeld(out position, out bytes);

    void IHeldInputFeature.CloseWith(ReadOnlySpan<byte> bytes) => SendAndClose(bytes);

    private AeronetConnection? FindHeldInput() => _input.Held is not null && IsReadDirectly ? this : null;

    private ConnectionVerdict? FindVerdict() => _services.Refusals is null ? null : _verdict ??= new ConnectionVerdict();

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "Strange code; the connection must end all the same.")]
    private void ReportRefusal()
    {
        if (_services.Refusals is { } observer && _input.Held is { IsAccepted: false } held
            && Find(typeof(IConnectionMetricsTagsFeature)) is IConnectionMetricsTagsFeature tags
            && ConnectionVerdict.Of(tags.Tags) is { } reason)
        {
            try
            {
                observer.OnEnded(this, reason, held.Beginning());
            }
            catch (Exception exception)
            {
                TransportLog.RefusalObserverFailed(_services.Logger, ConnectionId, exception);
            }
        }
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "Strange code; the connection must end all the same.")]
    private void ReportPlainHttp()
    {
        try
        {
            _services.Refusals?.OnPlainHttp(this, _plainHttp);
        }
        catch (Exception exception)
        {
            TransportLog.RefusalObserverFailed(_services.Logger, ConnectionId, exception);
        }
    }

    /// <summary>Looks at what OpenSSL is about to be given instead of receiving it.</summary>
    private void NoteEarly(ReadOnlySpan<byte> early)
    {
        if (_services.Refusals is not null && early.Length > 0)
        {
            _beganTls = early[0] == TlsHandshakeRecord;
            _plainHttp = _beganTls ? [] : early[..Math.Min(early.Length, MaxPlainHttp)].ToArray();
        }
    }

    /// <summary>Looks at what OpenSSL is about to receive, which it does not show when it is no handshake.</summary>
    private void PeekAtHandshake()
    {
        if (_services.Refusals is null || _beganTls || _plainHttp.Length == MaxPlainHttp)
        {
            return;
        }

        Span<byte> first = stackalloc byte[MaxPlainHttp];
        var peeked = (int)Math.Max(0, _socket.Peek(first[_plainHttp.Length..]).Bytes);
        _beganTls = _plainHttp.Length == 0 && peeked > 0 && first[0] == TlsHandshakeRecord;
        if (peeked > 0 && !_beganTls)
        {
            _plainHttp.CopyTo(first);
            _plainHttp = first[..(_plainHttp.Length + peeked)].ToArray();
        }
    }
}
