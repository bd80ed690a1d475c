using System.Buffers;
using Aeronet.AspNetCore.Transport.Tls.Fingerprints;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>
/// One handshake's visit to the application's observer: the handshake waits before its ClientHello is acted on, the observer
/// runs on the thread pool, and the handshake goes on on its loop.
/// </summary>
internal sealed class ClientHelloObservation(ConnectionContext context, AeronetTlsOptions options) : IThreadPoolWorkItem
{
    private byte[] _message = [];
    private TlsHandshake? _handshake;
    private volatile bool _ended;

    /// <summary>Whether the observer has seen the ClientHello and did not throw.</summary>
    internal bool IsOver => _ended && Failure is null;

    /// <summary>What the observer threw.</summary>
    internal Exception? Failure { get; private set; }

    internal bool HasBegun => _handshake is not null;

    /// <summary>The application's observer, for Kestrel's stream as well; null when there is nothing to be observed.</summary>
    internal static Action<ConnectionContext, ReadOnlySequence<byte>>? ObserverOf(AeronetTlsOptions options) => !options.Fingerprints
        ? options.OnClientHello
        : (context, record) =>
        {
            context.Features.Set<ITlsFingerprintFeature>(TlsFingerprints.Of(ClientHelloRecord.Unwrap(record)));
            options.OnClientHello?.Invoke(context, record);
        };

    /// <summary>Shows <paramref name="message"/> to the observer, and then lets <paramref name="handshake"/> go on.</summary>
    internal void Begin(byte[] message, TlsHandshake handshake)
    {
        _message = message;
        _handshake = handshake;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            ObserverOf(options)!(context, new ReadOnlySequence<byte>(ClientHelloRecord.Wrap(_message)));
        }
        catch (Exception e)
        {
            // The application's code may throw what it likes; the handshake is refused for it.
            Failure = e;
        }

        _ended = true;
        _handshake!.Resume();
    }
}
