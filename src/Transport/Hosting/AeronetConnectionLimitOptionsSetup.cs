using Aeronet.AspNetCore.Transport.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Reads <c>Aeronet:ConnectionLimits</c>.</summary>
internal sealed class AeronetConnectionLimitOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetConnectionLimitOptions>
{
    public void Configure(AeronetConnectionLimitOptions options) =>
        ConnectionLimitReader.Read(configuration.GetSection(AeronetConnectionLimitOptions.SectionName), options);
}
