using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Interop;

/// <summary>Each named cipher policy, asked suite by suite by a client that would take any.</summary>
public sealed class PolicyTests
{
    private const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private const string Refused = "refused";

    private static readonly string[] s_aead = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"];
    private static readonly string[] s_cbc = ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384", "ECDHE-ECDSA-AES256-SHA"];
    private static readonly string[] s_never = ["AES128-GCM-SHA256", "AES256-SHA", "DHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-CAMELLIA128-SHA256", "NULL-SHA256:@SECLEVEL=0", "ADH-AES256-SHA:@SECLEVEL=0"];

    [Theory]
    [InlineData(TlsCipherPolicy.Modern)]
    [InlineData(TlsCipherPolicy.Intermediate)]
    [InlineData(TlsCipherPolicy.Compatibility)]
    public async Task Tls12_SuiteBySuite(TlsCipherPolicy policy)
    {
        await using var host = await StartAsync(policy);
        string[] offered = policy switch
        {
            TlsCipherPolicy.Modern => [],
            TlsCipherPolicy.Intermediate => s_aead,
            _ => [.. s_aead, .. s_cbc],
        };
        foreach (var suite in s_aead.Concat(s_cbc).Concat(s_never))
        {
            var output = await OpensslClient.RunAsync(host, ["-tls1_2", "-cipher", suite], Close);

            Assert.Equal(offered.Contains(suite) ? suite : Refused, SuiteOf(output));
        }
    }

    [Theory]
    [InlineData(TlsCipherPolicy.Modern)]
    [InlineData(TlsCipherPolicy.Intermediate)]
    [InlineData(TlsCipherPolicy.Compatibility)]
    public async Task Tls13_SuiteBySuite(TlsCipherPolicy policy)
    {
        await using var host = await StartAsync(policy);
        foreach (var suite in (string[])["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256"])
        {
            var output = await OpensslClient.RunAsync(host, ["-tls1_3", "-ciphersuites", suite], Close);

            Assert.Equal(suite.Contains("CCM", StringComparison.Ordinal) ? Refused : suite, SuiteOf(output));
        }
    }

    private static string SuiteOf(string output) =>
        output.Contains("hello there", StringComparison.Ordinal) ? Regex.Match(output, "Cipher is (\\S+)").Groups[1].Value
        : Regex.IsMatch(output, "alert (handshake failure|protocol version)") ? Refused : output;

    private static Task<KestrelHost> StartAsync(TlsCipherPolicy policy) => TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"), tls =>
    {
        tls.CipherPolicy = policy;
        tls.Certificates.Add(Certificates.Ecdsa);
        tls.Certificates.Add(Certificates.Rsa);
    });
}
