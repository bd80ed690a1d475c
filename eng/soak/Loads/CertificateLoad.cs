using System.Net.Security;
using System.Net.Sockets;

namespace Soak.Loads;

/// <summary>A certificate that is renewed, until new connections are served it.</summary>
internal sealed class CertificateLoad(Site site, Uri https, TimeSpan rest) : ILoad
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    public string Name => "certificate reloads";

    public int Clients => 1;

    public TimeSpan Rest => rest;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var expected = site.RenewCertificate();
        for (var begin = DateTime.UtcNow; await ServedAsync(cancellation) != expected; await Task.Delay(250, cancellation))
        {
            if (DateTime.UtcNow - begin > s_limit)
                throw new WrongAnswerException("a renewed certificate was not served within a minute");
        }
    }

    public ValueTask DisposeAsync() => default;

    private async Task<string?> ServedAsync(CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(https.Host, https.Port, cancellation);
        await using var tls = new SslStream(client.GetStream());
        string? thumbprint = null;
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = https.Host,
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            {
                thumbprint = certificate?.GetCertHashString();
                return Trust.Accept(sender, certificate, chain, errors);
            },
        }, cancellation);
        return thumbprint;
    }
}
