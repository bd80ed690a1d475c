using System.Buffers;
using System.Collections;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.ProxyProtocol;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Tls.Handshake;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// The connection is its own feature collection: what it implements itself costs nothing to look up and nothing per
/// connection; what Kestrel and middlewares add goes to a small list.
/// </summary>
internal sealed partial class AeronetConnection :
    IFeatureCollection,
    IConnectionIdFeature,
    IConnectionTransportFeature,
    IConnectionItemsFeature,
    IConnectionLifetimeFeature,
    IConnectionEndPointFeature,
    IConnectionSocketFeature,
    IMemoryPoolFeature
{
    private readonly EndPoint _listenEndPoint;
    private readonly List<KeyValuePair<Type, object?>> _added = new(capacity: 6);
    // One object under four keys, which the list would have to grow for.
    private TlsFeatures? _tls;
    private string? _connectionId;
    private IDictionary<object, object?>? _items;
    private EndPoint? _localEndPoint;
    private EndPoint? _remoteEndPoint;
    private Socket? _frameworkSocket;
    private int _revision;

    public override string ConnectionId
    {
        get => _connectionId ??= ConnectionIds.Next();
        set => _connectionId = value;
    }

    public override IFeatureCollection Features => this;

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    public override System.IO.Pipelines.IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    /// <summary>The address the peer connected to. Asked of the kernel only where the listener's own address does not say.</summary>
    public override EndPoint? LocalEndPoint
    {
        get => _localEndPoint ??= IsWildcard(_listenEndPoint) ? _socket.GetLocalEndPoint() ?? _listenEndPoint : _listenEndPoint;
        set => _localEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _remoteEndPoint;
        set
        {
            _remoteEndPoint = value;
            _isClientReplaced = true;
        }
    }

    public MemoryPool<byte> MemoryPool => Blocks.Pool;

    /// <summary>
    /// The socket by a descriptor of its own, so that who keeps it past the connection holds nothing that the kernel may have given to
    /// another. Closed with the connection.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The connection has ended.</exception>
    public Socket Socket => Volatile.Read(ref _frameworkSocket) ?? OpenFrameworkSocket();

    bool IFeatureCollection.IsReadOnly => false;

    int IFeatureCollection.Revision => _revision;

    object? IFeatureCollection.this[Type key]
    {
        get => Find(key);
        set => Set(key, value);
    }

    TFeature? IFeatureCollection.Get<TFeature>()
        where TFeature : default => (TFeature?)Find(typeof(TFeature));

    void IFeatureCollection.Set<TFeature>(TFeature? instance)
        where TFeature : default => Set(typeof(TFeature), instance);

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator()
    {
        foreach (var key in (Type[])
        [
            typeof(IConnectionIdFeature), typeof(IConnectionTransportFeature), typeof(IConnectionItemsFeature),
            typeof(IConnectionLifetimeFeature), typeof(IConnectionEndPointFeature), typeof(IConnectionSocketFeature),
            typeof(IMemoryPoolFeature),
        ])
        {
            if (IndexOf(key) < 0)
            {
                yield return new(key, this);
            }
        }

        if (_tls is { } tls)
        {
            foreach (var key in TlsFeatures.Keys)
            {
                if (IndexOf(key) < 0)
                {
                    yield return new(key, tls);
                }
            }
        }

        foreach (var (key, value) in _added)
        {
            if (value is not null)
            {
                yield return new(key, value);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Socket OpenFrameworkSocket()
    {
        ObjectDisposedException.ThrowIf(!_socket.TryDuplicate(out var created), typeof(Socket));
        var socket = Interlocked.CompareExchange(ref _frameworkSocket, created, null) ?? created;
        if (!ReferenceEquals(socket, created))
        {
            created.Dispose();
        }

        // Either the end sees the socket, or we see the end.
        if (Volatile.Read(ref _socketClosed) != 0)
        {
            socket.Dispose();
        }

        return socket;
    }

    private void CloseFrameworkSocket() => Volatile.Read(ref _frameworkSocket)?.Dispose();

    private static bool IsWildcard(EndPoint endPoint) =>
        endPoint is IPEndPoint ip && (ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any));

    private object? Find(Type key)
    {
        // Asked for by every request.
        if (key == typeof(IFileRegionOutput) || key == typeof(ISendProgressFeature))
        {
            return _output;
        }

        var added = IndexOf(key);
        if (added >= 0)
        {
            return _added[added].Value;
        }

        if (_tls is { } tls && Array.IndexOf(TlsFeatures.Keys, key) >= 0)
        {
            return tls;
        }

        if (key == typeof(IHeldInputFeature))
        {
            return FindHeldInput();
        }

        if (key == typeof(IConnectionMetricsTagsFeature))
        {
            return FindVerdict();
        }

        if (_session is not null && (key == typeof(ISslStreamFeature) || key == typeof(SslStream)))
        {
            ReportNoSslStream(key);
            return null;
        }

        return key == typeof(IConnectionLifetimeFeature) || key == typeof(IConnectionIdFeature)
            || key == typeof(IConnectionTransportFeature) || key == typeof(IConnectionItemsFeature)
            || key == typeof(IConnectionEndPointFeature) || key == typeof(IConnectionSocketFeature)
            || key == typeof(IMemoryPoolFeature) || key == typeof(ITlsUpgrade) || key == typeof(IPrefacedConnection) ? this : null;
    }

    private void Set(Type key, object? value)
    {
        _revision++;
        if (key == typeof(IConnectionLifetimeNotificationFeature))
        {
            Volatile.Write(ref _lifetime, (IConnectionLifetimeNotificationFeature?)value);
        }

        var entry = new KeyValuePair<Type, object?>(key, value);
        var added = IndexOf(key);
        if (added >= 0)
        {
            _added[added] = entry;
        }
        else if (value is TlsFeatures tls && Array.IndexOf(TlsFeatures.Keys, key) >= 0)
        {
            _tls = tls;
        }
        else
        {
            _added.Add(entry);
        }
    }

    private int IndexOf(Type key)
    {
        for (var i = 0; i < _added.Count; i++)
        {
            if (_added[i].Key == key)
            {
                return i;
            }
        }

        return -1;
    }
}
