using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Showcase.Tests;

/// <summary>The sample in the tests of those who copy it: <c>WebApplicationFactory</c>, in memory and on Kestrel.</summary>
public sealed class FactoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Factory_ServesWhatTheSettingsSay(bool onKestrel)
    {
        await using var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(builder => builder
            .UseEnvironment("Development")
            .UseContentRoot(Path.Combine(Repository.Root, "samples", "Showcase"))
            .UseSetting("Kestrel:Endpoints:Http:Url", "http://127.0.0.1:0")
            .UseSetting("Kestrel:Endpoints:Https:Url", "https://127.0.0.1:0")
            .UseSetting("Aeronet:AccessLog:Stdout", "false")
            .UseSetting("Aeronet:HttpsRedirect:HttpsPort", "8443"));
        if (onKestrel)
        {
            factory.UseKestrel();
            factory.StartServer();
        }

        using var http = CreateClient(factory, onKestrel, "http");
        using var redirect = await http.GetAsync(new Uri("/page?a=b", UriKind.Relative));
        Assert.Equal(HttpStatusCode.TemporaryRedirect, redirect.StatusCode);
        Assert.EndsWith(":8443/page?a=b", redirect.Headers.Location!.ToString(), StringComparison.Ordinal);

        using var https = CreateClient(factory, onKestrel, "https");
        Assert.Contains("Aeronet.AspNetCore", await https.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Contains("README.md", await https.GetStringAsync(new Uri("/files/", UriKind.Relative)), StringComparison.Ordinal);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/orders");
        preflight.Headers.Add("Origin", "https://a.partner.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type");
        using var answer = await https.SendAsync(preflight);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static HttpClient CreateClient(WebApplicationFactory<Program> factory, bool onKestrel, string scheme)
    {
        if (!onKestrel)
        {
            return factory.CreateClient(new() { AllowAutoRedirect = false, BaseAddress = new Uri($"{scheme}://localhost") });
        }

        var addresses = factory.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        var client = ShowcaseProcess.CreateClient();
        client.BaseAddress = addresses.Select(address => new Uri(address)).Single(address => address.Scheme == scheme);
        return client;
    }
}
