using Aeronet.AspNetCore.Middleware.HttpsRedirect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.Middleware.Tests.HttpsRedirect;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("https", "example.com:8443", "/")]
    [InlineData("https", "app.xn--bcher-kva.example", "/")]
    [InlineData("https", "localhost:5001", "/")]
    [InlineData("https", "127.0.0.1:5001", "/")]
    [InlineData("https", "[2001:db8::1]:5001", "/")]
    [InlineData("https", "a..b", "/")]
    [InlineData("http", "example.com", "/.well-known/acme-challenge/token")]
    [InlineData("http", "example.com:5000", "/")]
    public void Invoke_RequestThatPasses_AllocatesNothing(string scheme, string host, string path)
    {
        var options = new AeronetHttpsRedirectOptions { Hsts = { MaxAge = TimeSpan.FromDays(1) } };
        var passed = 0;
        Task Next(HttpContext context)
        {
            passed++;
            return Task.CompletedTask;
        }

        var middleware = new HttpsRedirectMiddleware(
            Next, options, new HttpsPorts(options, null, null, null, NullLogger.Instance), new HostAllowList(["*"]), NullLogger.Instance);
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Scheme = scheme;
        context.Request.Path = path;
        context.Request.Headers.Host = host;
        Invoke(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Invoke(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1010, passed);

        void Invoke(int times)
        {
            for (var i = 0; i < times; i++)
                Assert.True(middleware.InvokeAsync(context).IsCompletedSuccessfully);
        }
    }
}
