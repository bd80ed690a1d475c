using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>Where libssl is refused, Kestrel's HTTPS serves with the same certificate.</summary>
public sealed class FallbackTests : IDisposable
{
    private const string Problem = "OpenSSL 3.0 or newer is needed, 1.1 was found";

    private readonly TempFiles _files = new();

    [Theory]
    [InlineData("code")]
    [InlineData("Kestrel")]
    public async Task NoLibrary_KestrelServes_AndItIsLoggedOnce(string where)
    {
        await using var host = await StartAsync(where, "");

        var peer = await Peer.AskAsync(host.Port);
        await Peer.AskAsync(host.Port);

        Assert.Equal(Certificates.Exact.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Contains($"https HTTP/1.1 {ConfiguredHost.Answer}", peer.Response, StringComparison.Ordinal);
        Assert.Contains(Problem, Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("code", "Aeronet:Tls:Ktls is Required")]
    [InlineData("Kestrel", "Kestrel:Endpoints:Https: Aeronet:Tls:Ktls is Required")]
    public async Task NoLibrary_KernelTlsRequired_FailsStart(string where, string message)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(where, "Aeronet:Tls:Ktls=Required"));

        Assert.Equal($"{message} and cannot be had: {Problem}.", failure.Message);
    }

    public void Dispose() => _files.Dispose();

    private Task<KestrelHost> StartAsync(string where, string lines)
    {
        var configuration = $"""
            Aeronet:Tls:Certificate:Path={_files.WriteCertificate("c.pem", Certificates.Exact)}
            Aeronet:Tls:Certificate:KeyPath={_files.WriteKey("k.pem", Certificates.Exact)}
            {lines}
            """;
        return where == "code"
            ? ConfiguredHost.StartAsync(configuration, builder: Refuse)
            : ConfiguredHost.StartKestrelAsync($"{configuration}\nKestrel:Endpoints:Https:Url=https://127.0.0.1:0", builder: Refuse);
    }

    private static void Refuse(WebApplicationBuilder builder) => builder.Services.AddSingleton(new TlsLibrary(Problem));
}
