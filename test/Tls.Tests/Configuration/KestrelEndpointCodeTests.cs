using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>What an application says of Kestrel's endpoints in code goes before the transport's TLS.</summary>
public sealed class KestrelEndpointCodeTests : KestrelEndpointTest
{
    [Fact]
    public async Task HttpEndpointBeside_StaysPlain()
    {
        await using var host = await StartAsync(
            "Kestrel:Endpoints:Http:Url=http://127.0.0.1:0", Https, Certificate("Kestrel:Endpoints:Https:Certificate", Certificates.Ecdsa));
        using var client = new HttpClient();

        Assert.Equal($"http HTTP/1.1 {ConfiguredHost.Answer}", await client.GetStringAsync(host.Addresses.Single(address => address.StartsWith("http://", StringComparison.Ordinal))));
        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Ports[1])).Response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallbackInCode_Wins()
    {
        // Kestrel keeps one callback a name; this one was registered before the transport came.
        await using var host = await ConfiguredHost.StartKestrelAsync(
            string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)),
            kestrel => kestrel.ConfigurationLoader!.Endpoint("Https", endpoint => endpoint.HttpsOptions.SslProtocols = SslProtocols.Tls12));

        Assert.Equal(SslProtocols.Tls12, (await Peer.AskAsync(host.Port)).Version);
        Assert.DoesNotContain(host.Logs.From("Aeronet"), entry => entry.EventId.Name == "HandshakeCompleted");
    }

    [Fact]
    public async Task CallbackInCode_MayUseTheTransports()
    {
        await using var host = await ConfiguredHost.StartKestrelAsync(
            string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)),
            kestrel => kestrel.ConfigurationLoader!.Endpoint("Https", endpoint => endpoint.ListenOptions.UseAeronetTls(Certificates.Rsa)));

        Assert.Equal(Certificates.Rsa.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
        AssertIsOurs(host);
    }

    [Fact]
    public async Task LoaderMadeInCode_IsLeftAlone_AndLogged()
    {
        var calls = 0;
        await using var host = await ConfiguredHost.StartKestrelAsync(
            "",
            kestrel => kestrel.Configure(new ConfigurationBuilder().AddInMemoryCollection(ConfiguredHost.Parse(
                string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)))).Build().GetSection("Kestrel")).Endpoint("Https", _ => calls++));

        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Port)).Response, StringComparison.Ordinal);
        Assert.Equal(1, calls);
        var warning = Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning));
        Assert.Contains("UseAeronetTls", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HttpsInEndpointDefaults_IsNotDoneTwice(bool ours)
    {
        await using var host = await ConfiguredHost.StartKestrelAsync(
            string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)),
            kestrel => kestrel.ConfigureEndpointDefaults(listen => _ = ours ? listen.UseAeronetTls(Certificates.Rsa) : listen.UseHttps(Certificates.Rsa)));

        Assert.Equal(Certificates.Rsa.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
    }

    [Fact]
    public async Task SwitchedOff_IsKestrels()
    {
        await using var host = await StartAsync(Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa), "Aeronet:Transport:TlsForConfiguredEndpoints=false");

        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Port)).Response, StringComparison.Ordinal);
        Assert.Empty(host.Logs.From("Aeronet", LogLevel.Warning));
        Assert.DoesNotContain(host.Logs.From("Aeronet"), entry => entry.EventId.Name == "HandshakeCompleted");
    }
}
