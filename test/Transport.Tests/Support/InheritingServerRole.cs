using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>A server on every kind of endpoint, with a connection to each, that looks at what its children inherit.</summary>
internal static class InheritingServerRole
{
    internal static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
        var path = Path.Combine(folder, "s");
        var (plain, tls) = (TestPorts.Next(), TestPorts.Next());
        using var certificate = TestCertificate.Create();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseAeronetTransport(options => options.ReusePort = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseSystemd();
            kestrel.ListenLocalhost(plain);
            kestrel.Listen(IPAddress.Loopback, tls, listen => listen.UseAeronetTls(certificate));
            kestrel.ListenUnixSocket(path);
        });
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("ok"));
        await app.StartAsync();

        EndPoint[] endPoints = [new IPEndPoint(IPAddress.Loopback, plain), new IPEndPoint(IPAddress.Loopback, tls), new UnixDomainSocketEndPoint(path)];
        foreach (var endPoint in endPoints)
        {
            var client = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(endPoint);
            Stream stream = new NetworkStream(client);
            if (endPoint is IPEndPoint { Port: var port } && port == tls)
            {
                var secure = new SslStream(stream, false, (_, shown, _, _) => certificate.Equals(shown));
                await secure.AuthenticateAsClientAsync("localhost");
                stream = secure;
            }

            await stream.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            _ = await stream.ReadAsync(new byte[1024]);
        }

        Console.WriteLine($"sockets and the like of a program it starts: {await DescriptorsOfAProgramAsync()}");
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task<string> DescriptorsOfAProgramAsync()
    {
        using var program = Process.Start(new ProcessStartInfo("/bin/sleep", ["30"]) { RedirectStandardInput = true })!;
        try
        {
            // Files and pipes are whoever's this process had them from.
            var targets = Directory.EnumerateFileSystemEntries($"/proc/{program.Id}/fd").Select(descriptor => new FileInfo(descriptor).LinkTarget!);
            return string.Join(' ', targets.Where(target => target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("anon_inode:", StringComparison.Ordinal)).DefaultIfEmpty("none"));
        }
        finally
        {
            program.Kill();
            await program.WaitForExitAsync();
        }
    }
}
