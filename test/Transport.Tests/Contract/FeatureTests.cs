using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>Kestrel adds heartbeat, completion, lifetime-notification and metrics features after it accepted.</summary>
public sealed class FeatureTests
{
    private static readonly Type[] s_own =
    [
        typeof(IConnectionIdFeature), typeof(IConnectionTransportFeature), typeof(IConnectionItemsFeature), typeof(IConnectionLifetimeFeature),
        typeof(IConnectionEndPointFeature), typeof(IConnectionSocketFeature), typeof(IMemoryPoolFeature),
    ];

    [Fact]
    public async Task Own_AllOfKestrelsTransports_AreThere()
    {
        await using var transport = new TransportUnderTest();
        var (server, client) = await TransportUnderTest.ConnectAsync(await transport.BindAsync());
        using (client)
        {
            var features = server.Features;

            Assert.False(features.IsReadOnly);
            Assert.All(s_own, type => Assert.NotNull(features[type]));
            Assert.Equal(s_own.ToHashSet(), features.Select(f => f.Key).ToHashSet());
            Assert.Same(server.Transport, features.GetRequiredFeature<IConnectionTransportFeature>().Transport);
            Assert.Equal(server.ConnectionId, features.GetRequiredFeature<IConnectionIdFeature>().ConnectionId);
            Assert.Equal(client.Socket.LocalEndPoint, features.GetRequiredFeature<IConnectionEndPointFeature>().RemoteEndPoint);
            Assert.Equal(client.Socket.RemoteEndPoint, features.GetRequiredFeature<IConnectionEndPointFeature>().LocalEndPoint);
            Assert.Equal(client.Socket.LocalEndPoint, features.GetRequiredFeature<IConnectionSocketFeature>().Socket.RemoteEndPoint);
            Assert.True(features.GetRequiredFeature<IMemoryPoolFeature>().MemoryPool.MaxBufferSize >= 4096);
            Assert.Equal(server.ConnectionClosed, features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed);
            server.Items["key"] = "value";
            Assert.Equal("value", features.GetRequiredFeature<IConnectionItemsFeature>().Items["key"]);
        }
    }

    [Fact]
    public async Task Set_NewOverriddenAndRemoved_IsWhatIsFound()
    {
        await using var transport = new TransportUnderTest();
        var (server, client) = await TransportUnderTest.ConnectAsync(await transport.BindAsync());
        using (client)
        {
            var features = server.Features;
            var revision = features.Revision;
            Assert.Null(features.Get<FeatureTests>());
            Assert.Null(features[typeof(string)]);

            features.Set(this);
            Assert.Same(this, features.Get<FeatureTests>());
            Assert.Same(this, features[typeof(FeatureTests)]);
            Assert.NotEqual(revision, features.Revision);
            Assert.Contains(features, f => f.Key == typeof(FeatureTests) && ReferenceEquals(f.Value, this));

            var id = new Id();
            features.Set<IConnectionIdFeature>(id);
            Assert.Same(id, features.Get<IConnectionIdFeature>());
            Assert.Single(features, f => f.Key == typeof(IConnectionIdFeature));

            features[typeof(FeatureTests)] = null;
            features.Set<IConnectionSocketFeature>(null);
            Assert.Null(features.Get<FeatureTests>());
            Assert.Null(features.Get<IConnectionSocketFeature>());
            Assert.DoesNotContain(features, f => f.Key == typeof(FeatureTests) || f.Key == typeof(IConnectionSocketFeature));

            for (var i = 0; i < 20; i++)
                features[typeof(List<>).MakeGenericType(Type.GetType($"System.ValueTuple`{(i % 7) + 1}")!)] = i;

            Assert.Equal(s_own.Length - 1 + 7, features.Count());
        }
    }

    [Fact]
    public async Task Properties_OfTheContext_CanBeReplaced()
    {
        await using var transport = new TransportUnderTest();
        var (server, client) = await TransportUnderTest.ConnectAsync(await transport.BindAsync());
        using (client)
        {
            server.ConnectionId = "mine";
            Assert.Equal("mine", server.Features.GetRequiredFeature<IConnectionIdFeature>().ConnectionId);

            var pipe = new Duplex();
            server.Transport = pipe;
            Assert.Same(pipe, server.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport);

            var items = new Dictionary<object, object?> { ["a"] = 1 };
            server.Items = items;
            Assert.Same(items, server.Features.GetRequiredFeature<IConnectionItemsFeature>().Items);

            var remote = System.Net.IPEndPoint.Parse("192.0.2.1:5");
            server.RemoteEndPoint = remote;
            Assert.Same(remote, server.Features.GetRequiredFeature<IConnectionEndPointFeature>().RemoteEndPoint);
        }
    }

    [Fact]
    public async Task ConnectionId_EachItsOwn_InKestrelsShape()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var ids = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            var (server, client) = await TransportUnderTest.ConnectAsync(listener);
            Assert.Equal(13, server.ConnectionId.Length);
            Assert.Equal(server.ConnectionId, server.ConnectionId);
            ids.Add(server.ConnectionId);
            client.Dispose();
        }

        Assert.Equal(10, ids.Count);
    }

    private sealed class Id : IConnectionIdFeature
    {
        public string ConnectionId { get; set; } = "id";
    }

    private sealed class Duplex : System.IO.Pipelines.IDuplexPipe
    {
        public System.IO.Pipelines.PipeReader Input => throw new NotSupportedException();

        public System.IO.Pipelines.PipeWriter Output => throw new NotSupportedException();
    }
}
