using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>What the connection tells of messages that the server refuses. Only where somebody wants to hear of it.</summary>
internal sealed partial class AeronetConnection : IHeldInputFeature
{
    private const int MaxPlainHttp = 4096;

    // What OpenSSL reads of a record before it knows that it is none (RFC 8446, section 5.1).
    private const int RecordHeader = 5;

    private ConnectionVerdict? _verdict;

    /// <summary>Whether what the application reads is what was received, and not what a middleware makes of it.</summary>
    internal bool IsReadDirectly => ReferenceEquals(Transport, this);

    long IHeldInputFeature.MessageStart => _input.Held!.MessageStart;

    long IHeldInputFeature.Consumed => _input.Position;

    bool IHeldInputFeature.IsAccepted => _input.Held!.IsAccepted;

    void IHeldInputFeature.Accept(Func<object, bool> isOver, object state)
    {
        ArgumentNullException.ThrowIfNull(isOver);
        _input.Held!.Accept(isOver, state);
    }

    bool IHeldInputFeature.TryGetBytes(out long position, out ReadOnlySequence<byte> bytes) => _input.TryGetHeld(out position, out bytes);

    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "Nobody waits for room: what is left is sent before the connection closes.")]
    void IHeldInputFeature.CloseWith(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _ = _output.FlushAsync();
        Abort(null);
    }

    private AeronetConnection? FindHeldInput() => _input.Held is not null && IsReadDirectly ? this : null;

    private ConnectionVerdict? FindVerdict() => _services.Refusals is null ? null : _verdict ??= new ConnectionVerdict();

    private void ReportRefusal()
    {
        if (_services.Refusals is { } observer && _input.Held is { IsAccepted: false } held
            && Find(typeof(IConnectionMetricsTagsFeature)) is IConnectionMetricsTagsFeature tags && ConnectionVerdict.Of(tags.Tags) is { } reason)
        {
            observer.OnEnded(this, reason, held.Beginning());
        }
    }

    private void ReportPlainHttp()
    {
        if (_services.Refusals is { } observer)
        {
            Span<byte> rest = stackalloc byte[MaxPlainHttp];
            var received = _socket.Receive(rest);
            observer.OnPlainHttp(this, RecordHeader, rest[..(int)Math.Max(0, received.Bytes)]);
        }
    }
}
