using Aeronet.AspNetCore.Transport.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Reads <c>Aeronet:ProxyProtocol</c>.</summary>
internal sealed class AeronetProxyProtocolOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetProxyProtocolOptions>
{
    public void Configure(AeronetProxyProtocolOptions options) =>
        ProxyOptionsReader.Read(configuration.GetSection(AeronetProxyProtocolOptions.SectionName), options);
}
