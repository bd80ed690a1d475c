using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>What a handshake pays for its staple.</summary>
public sealed class SendingTests
{
    [Fact]
    public async Task Staple_Sent_AllocatesNothing()
    {
        using var files = new TempFiles();
        using var authority = new StapleAuthority(files);
        var certificate = authority.Issue(null);
        var now = DateTimeOffset.UtcNow;
        await using var host = await StapleHost.StartAsync(authority, certificate);
        var settings = new TlsSettings();
        settings.Options.Certificates.Add(certificate);
        settings.Options.Intermediates.Add(authority.Certificate);
        settings.Options.OcspStapling.ResponseFiles.Add(files.Write("good.ocsp", OcspResponses.Make(authority.Certificate, certificate, now, now.AddHours(1))));
        using var contexts = new TlsContexts(settings, HttpProtocols.Http1, ticketKeys: null, host.Services.GetRequiredService<TlsStapler>());
        var ssl = OpenSsl.SSL_new(contexts.Default.Pointer);
        try
        {
            var staples = contexts.Default.Staples!;
            Assert.True(staples.TrySend(ssl, out _));

            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
                staples.TrySend(ssl, out _);

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        finally
        {
            OpenSsl.SSL_free(ssl);
        }
    }
}
