using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>Stands in for the QUIC transport, whose library is rarely there: keeps what Kestrel would have it ask at each handshake.</summary>
internal sealed class Http3Listeners : IMultiplexedConnectionListenerFactory
{
    private TlsConnectionCallbackOptions? _tls;

    /// <summary>What a connection is given whose client asks for <paramref name="name"/>, and the features that its requests will find.</summary>
    public async Task<(SslServerAuthenticationOptions Options, IFeatureCollection Features)> AskAsync(string? name)
    {
        var connection = new Connection();
        var context = new TlsConnectionCallbackContext
        {
            ClientHelloInfo = new SslClientHelloInfo(name!, SslProtocols.Tls13),
            State = _tls!.OnConnectionState,
            Connection = connection,
        };
        return (await _tls.OnConnection(context, CancellationToken.None), connection.Features);
    }

    public ValueTask<IMultiplexedConnectionListener> BindAsync(EndPoint endpoint, IFeatureCollection? features = null, CancellationToken cancellationToken = default)
    {
        _tls = features!.Get<TlsConnectionCallbackOptions>();
        return ValueTask.FromResult<IMultiplexedConnectionListener>(new Listener(endpoint));
    }

    private sealed class Listener(EndPoint endPoint) : IMultiplexedConnectionListener
    {
        private readonly TaskCompletionSource<MultiplexedConnectionContext?> _unbound = new();

        public EndPoint EndPoint => endPoint;

        public async ValueTask<MultiplexedConnectionContext?> AcceptAsync(IFeatureCollection? features = null, CancellationToken cancellationToken = default)
            => await _unbound.Task;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Connection : MultiplexedConnectionContext
    {
        public override string ConnectionId { get; set; } = "quic";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override CancellationToken ConnectionClosed { get; set; }

        public override ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask<ConnectionContext> ConnectAsync(IFeatureCollection? features = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override void Abort(ConnectionAbortedException abortReason)
        {
        }

        public override void Abort()
        {
        }
    }
}
