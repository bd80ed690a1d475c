using System.Text;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>Mistakes that would leave clients unchecked, or keep all out, fail the start.</summary>
public sealed class ClientCertificateOptionsTests
{
    [Theory]
    [InlineData("trust without asking", "ClientCertificates is Disabled")]
    [InlineData("lists without asking", "ClientCertificates is Disabled")]
    [InlineData("validation without asking", "ClientCertificates is Disabled")]
    [InlineData("host: trust without asking", "Hosts['a.test']")]
    [InlineData("host: asking turned off", "Hosts['a.test']")]
    [InlineData("list null", "RevocationLists")]
    [InlineData("list PEM", "DER")]
    [InlineData("list garbage", "revocation list")]
    [InlineData("mode unknown", "ClientCertificates is 7")]
    [InlineData("policy unknown", "CipherPolicy is 7")]
    public async Task Mistake_FailsStart_NamingIt(string mistake, string named)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TlsHost.StartAsync(context => Task.CompletedTask, tls =>
        {
            var host = new AeronetTlsHostOptions();
            tls.Hosts["a.test"] = host;
            switch (mistake)
            {
                case "trust without asking":
                    tls.TrustedClientAuthorities.Add(ClientPki.Root.Public());
                    break;
                case "lists without asking":
                    tls.RevocationLists.Add(ClientPki.Root.RevocationList());
                    break;
                case "validation without asking":
                    tls.ClientCertificateValidation = (_, _, _) => true;
                    break;
                case "host: trust without asking":
                    host.TrustedClientAuthorities.Add(ClientPki.Root.Public());
                    break;
                case "host: asking turned off":
                    ClientCertificateTests.Require(tls);
                    ClientCertificateTests.Require(host);
                    host.ClientCertificates = TlsClientCertificates.Disabled;
                    break;
                case "mode unknown":
                    host.ClientCertificates = (TlsClientCertificates)7;
                    break;
                case "policy unknown":
                    host.CipherPolicy = (TlsCipherPolicy)7;
                    break;
                default:
                    ClientCertificateTests.Require(tls);
                    tls.RevocationLists.Add(mistake switch
                    {
                        "list null" => null!,
                        "list PEM" => Encoding.ASCII.GetBytes("-----BEGIN X509 CRL-----\n"),
                        _ => [0x30, 0x03, 1, 2, 3],
                    });
                    break;
            }
        }));

        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task Trust_OfTheEndpoint_ForItsHosts_Starts()
    {
        await using var host = await TlsHost.StartAsync(ClientCertificateTests.WhoAmI, tls =>
        {
            tls.TrustedClientAuthorities.Add(ClientPki.Root.Public());
            tls.Hosts["a.test"] = new AeronetTlsHostOptions { ClientCertificates = TlsClientCertificates.Require };
        });

        Assert.Contains("I am CN=alice.", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice", "-servername", "a.test"), StringComparison.Ordinal);
        Assert.Contains("I am nobody.", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "nobody"), StringComparison.Ordinal);
    }
}
