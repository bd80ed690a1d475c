using Aeronet.AspNetCore.Middleware.Cors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("GET", "https://app.example.com")]
    [InlineData("GET", "https://a.b.sub.example.com:8443")]
    [InlineData("GET", "https://evil.example")]
    [InlineData("GET", null)]
    [InlineData("OPTIONS", "https://app.example.com")]
    [InlineData("OPTIONS", "https://evil.example")]
    public void Invoke_AndStart_AllocatesNothing(string method, string? origin)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(CorsSite.Configuration(
            ("Origins", "https://app.example.com;https://*.sub.example.com:*"), ("Credentials", "true"), ("Methods", "PUT;DELETE"),
            ("RequestHeaders", "X-A;X-B"), ("ExposedHeaders", "ETag"), ("MaxAge", "01:00:00")));
        services.AddAeronetCors();
        using var provider = services.BuildServiceProvider();
        var store = provider.GetRequiredService<CorsPolicyStore>();
        var response = new StartableResponse();
        var context = new DefaultHttpContext();
        context.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpResponseFeature>(response);
        context.Request.Method = method;
        if (origin is not null)
            context.Request.Headers.Origin = origin;

        if (method == "OPTIONS")
        {
            context.Request.Headers.AccessControlRequestMethod = "PUT";
            context.Request.Headers.AccessControlRequestHeaders = "x-a,x-b";
        }

        var middleware = new CorsMiddleware(_ => Task.CompletedTask, store, null, null, false, NullLogger.Instance);
        Invoke(100);

        // The least of some rounds: the runtime allocates once when it compiles better code.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Measure()));
        Assert.Equal(origin?.Contains("evil") == false, context.Response.Headers.AccessControlAllowOrigin.Count > 0);

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Invoke(1000);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Invoke(int times)
        {
            for (var i = 0; i < times; i++)
            {
                Assert.True(middleware.InvokeAsync(context).IsCompletedSuccessfully);
                response.Start();
            }
        }
    }

    /// <summary>As in Kestrel, the list of callbacks outlives a request.</summary>
    private sealed class StartableResponse : Microsoft.AspNetCore.Http.Features.HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _callbacks = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _callbacks.Push((callback, state));

        public void Start()
        {
            while (_callbacks.TryPop(out var entry))
                Assert.True(entry.Callback(entry.State).IsCompletedSuccessfully);
        }
    }
}
