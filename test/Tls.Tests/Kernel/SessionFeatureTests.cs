using System.Globalization;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>What the application is told of the kernel's part is what the kernel counts.</summary>
[Trait("Category", KernelTlsStatistics.Category)]
[Collection(Alone.Name)]
public sealed class SessionFeatureTests
{
    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task SendsAndReceives_AsTheKernelCounts(string version)
    {
        var kernel = KernelTlsStatistics.Require();
        await using var host = await KernelHost.StartAsync(context =>
        {
            var session = context.Features.GetRequiredFeature<ITlsSessionFeature>();
            return context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"<{session.SendsByKernel},{session.ReceivesByKernel}>"));
        });

        var output = await OpensslClient.RunAsync(host, [version], "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Equal(1, kernel.Sending);
        Assert.Contains($"<True,{kernel.Receiving == 1}>", output, StringComparison.Ordinal);
    }
}
