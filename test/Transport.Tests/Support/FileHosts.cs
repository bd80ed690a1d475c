using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>What the tests of files ask of a host.</summary>
internal static class FileHosts
{
    /// <summary>A length for which a region is worth while.</summary>
    internal const int Large = 200_000;

    internal static Task<KestrelHost> StartAsync(RequestDelegate handler, Action<AeronetTransportOptions>? transport = null) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions { App = app => app.Run(handler), Transport = transport });

    /// <summary>The region feature of a request; fails the request where there is none.</summary>
    internal static IHttpFileRegionFeature Region(this HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>() as IHttpFileRegionFeature
            ?? throw new InvalidOperationException("The response body is no IHttpFileRegionFeature.");

    /// <summary>Waits until exactly <paramref name="bytes"/> have been sent by sendfile: the counter moves after the client has them.</summary>
    internal static Task ZeroCopyIsAsync(this KestrelHost host, long bytes) => Eventually.HoldsAsync(
        () => host.Metrics.Total("aeronet.sendfile.bytes") == bytes, $"{bytes} bytes by sendfile", host.Metrics.ToString, TimeSpan.FromSeconds(5));

    internal static double Fallbacks(this KestrelHost host, string reason) =>
        host.Metrics.Total("aeronet.sendfile.fallbacks", ("aeronet.fallback.reason", reason));

    /// <summary>Checks that nothing went by sendfile, and that <paramref name="reason"/> alone was counted, <paramref name="times"/> times.</summary>
    internal static void AssertFellBack(this KestrelHost host, string reason, int times = 1)
    {
        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.bytes"));
        Assert.True(
            host.Fallbacks(reason) == times && host.Metrics.Total("aeronet.sendfile.fallbacks") == times,
            $"Expected {times} fallback(s) for {reason}: {host.Metrics}");
    }
}
