using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>
/// Everything that Kestrel can be told of https, in code and in configuration, is carried over to the transport's TLS, or leaves the
/// endpoint to Kestrel's own with the reason in the log. A property that a new version of Kestrel adds fails these tests.
/// </summary>
public sealed class KestrelHttpsOptionTests : IDisposable
{
    private const string Https = "Kestrel:Endpoints:Https:Url=https://127.0.0.1:0";

    private readonly TempFiles _files = new();

    private static readonly ConcurrentQueue<string> s_hellos = new();

    /// <summary>What is set for each property, whether it is carried over, and what a client then sees.</summary>
    private static readonly Dictionary<string, Case> s_cases = new()
    {
        [nameof(HttpsConnectionAdapterOptions.ServerCertificate)] = new(true, https => https.ServerCertificate = Certificates.Rsa, SeeCertificate),
        [nameof(HttpsConnectionAdapterOptions.ServerCertificateChain)] = new(
            true,
            https => (https.ServerCertificate, https.ServerCertificateChain) = (Certificates.Chain.Leaf, [Certificates.Chain.Intermediate]),
            async (host, _) => string.Join(' ', (await Peer.AskAsync(host.Port)).Intermediates.Select(certificate => certificate.Subject))),
        [nameof(HttpsConnectionAdapterOptions.ServerCertificateSelector)] = new(false, https => https.ServerCertificateSelector = (_, _) => Certificates.Rsa, SeeCertificate),
        [nameof(HttpsConnectionAdapterOptions.ClientCertificateMode)] = new(
            true, https => https.ClientCertificateMode = ClientCertificateMode.RequireCertificate, async (host, _) => $"{await Peer.IsRefusedAsync(host.Port)}"),
        [nameof(HttpsConnectionAdapterOptions.ClientCertificateValidation)] = new(
            true,
            https => (https.ClientCertificateMode, https.ClientCertificateValidation) = (ClientCertificateMode.RequireCertificate, (certificate, _, _) => certificate.Subject == "CN=b"),
            SeeValidation),
        [nameof(HttpsConnectionAdapterOptions.SslProtocols)] = new(
            true, https => https.SslProtocols = SslProtocols.Tls12, async (host, _) => $"{(await Peer.AskAsync(host.Port)).Version}"),
        [nameof(HttpsConnectionAdapterOptions.CheckCertificateRevocation)] = new(false, https => https.CheckCertificateRevocation = true, SeeCertificate),
        [nameof(HttpsConnectionAdapterOptions.OnAuthenticate)] = new(
            false, https => https.OnAuthenticate = (_, ssl) => ssl.EnabledSslProtocols = SslProtocols.Tls12, async (host, _) => $"{(await Peer.AskAsync(host.Port)).Version}"),
        [nameof(HttpsConnectionAdapterOptions.TlsClientHelloBytesCallback)] = new(
            true,
            https => https.TlsClientHelloBytesCallback = (connection, bytes) => s_hellos.Enqueue($"{connection.ConnectionId.Length > 0} {bytes.ToArray()[0]} {bytes.ToArray()[5]} {bytes.Length > 100}"),
            SeeHello),
        [nameof(HttpsConnectionAdapterOptions.HandshakeTimeout)] = new(true, https => https.HandshakeTimeout = TimeSpan.FromSeconds(1), SeeTimeout),
    };

    public static TheoryData<string> Properties =>
        [.. typeof(HttpsConnectionAdapterOptions).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];

    [Theory, MemberData(nameof(Properties))]
    public async Task Property_IsCarriedOver_OrLeavesTheEndpointToKestrel(string property)
    {
        Assert.True(s_cases.TryGetValue(property, out var its), $"HttpsConnectionAdapterOptions.{property} is new: carry it over or add it to KestrelHttpsLimits.");
        var seen = new List<string>();
        foreach (var kind in new[] { TransportKind.Sockets, TransportKind.Aeronet })
        {
            await using var host = await ConfiguredHost.StartKestrelAsync(
                Https, kestrel => kestrel.ConfigureHttpsDefaults(https =>
                {
                    https.ServerCertificate = Certificates.Ecdsa;
                    its.Set(https);
                }),
                kind: kind);

            seen.Add(await its.See(host, _files));

            if (kind == TransportKind.Sockets)
                continue;

            // Whose certificates are accepted is warned of, where the property asks for them.
            var fallbacks = host.Logs.From("Aeronet", LogLevel.Warning).Where(entry => entry.EventId.Name != "EveryAuthorityTrusted").ToArray();
            if (its.IsCarriedOver)
                Assert.Empty(fallbacks);
            else
                Assert.Contains(property, Assert.Single(fallbacks).Message, StringComparison.Ordinal);
        }

        Assert.NotEmpty(seen[0]);
        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public void PropertiesAndKeys_AreInTheTable()
    {
        var rows = Repository.Table("docs/tls-configuration.md", "## Kestrel's own sections", "| Kestrel's");
        var named = string.Join(' ', rows.Select(row => row[0]));

        Assert.DoesNotContain(Properties, property => !named.Contains($"`{property.Data}`", StringComparison.Ordinal));
        foreach (var type in new[] { "EndpointConfig", "EndpointDefaults", "SniConfig", "CertificateConfig" })
            Assert.Empty(KeysOf(type).Where(key => !named.Contains(key, StringComparison.Ordinal)).Select(key => $"{type}.{key}"));
    }

    public void Dispose() => _files.Dispose();

    /// <summary>The keys of one of Kestrel's sections: the properties of the type that it is read into.</summary>
    private static string[] KeysOf(string type)
    {
        var section = typeof(KestrelServerOptions).Assembly.GetType($"Microsoft.AspNetCore.Server.Kestrel.Core.Internal.{type}", throwOnError: true)!;
        string[] notKeys = ["Name", "ConfigSection", "IsFileCert", "IsStoreCert", "FileHasChanged", "EqualityContract"];
        var keys = section.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(property => property.Name).Except(notKeys).ToArray();
        Assert.NotEmpty(keys);
        return keys;
    }

    private static async Task<string> SeeCertificate(KestrelHost host, TempFiles files) => (await Peer.AskAsync(host.Port)).Certificate.Thumbprint;

    private static async Task<string> SeeValidation(KestrelHost host, TempFiles files)
    {
        using var authority = ClientAuthority.Create();
        using var a = authority.Issue("a");
        using var b = authority.Issue("b");
        return $"{await Peer.IsRefusedAsync(host.Port, configure: With(a))} {await Peer.IsRefusedAsync(host.Port, configure: With(b))} {await Peer.IsRefusedAsync(host.Port)}";
    }

    private static async Task<string> SeeHello(KestrelHost host, TempFiles files)
    {
        s_hellos.Clear();
        await Peer.AskAsync(host.Port);
        return string.Join(' ', s_hellos);
    }

    private static async Task<string> SeeTimeout(KestrelHost host, TempFiles files)
    {
        var seen = 0;

        // The default is 10 s.
        await QuietMoment.TryAsync("giving a handshake up", TimeSpan.FromSeconds(8), async () =>
        {
            using var client = await host.ConnectAsync();
            var started = Stopwatch.GetTimestamp();
            seen = (await client.ReadToEndAsync()).Bytes.Length;
            return Stopwatch.GetElapsedTime(started);
        });
        return $"{seen}";
    }

    private static Action<SslClientAuthenticationOptions> With(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
        => o => o.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);

    private sealed record Case(bool IsCarriedOver, Action<HttpsConnectionAdapterOptions> Set, Func<KestrelHost, TempFiles, Task<string>> See);
}
