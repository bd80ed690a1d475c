using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>The process of a <see cref="FaultServerRole"/>, with its files.</summary>
internal sealed class FaultServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly ChildProcess _process;

    private FaultServer(string folder, ChildProcess process) => (_folder, _process) = (folder, process);

    internal IPEndPoint Http { get; private set; } = null!;

    internal IPEndPoint Https { get; private set; } = null!;

    internal int Id => _process.Id;

    /// <param name="condition">What makes it a faulty one; see <see cref="ChildProcess.StartUnder"/>.</param>
    /// <param name="fileLength">How long the file is that it serves: zeros, which take no room on the disk.</param>
    internal static async Task<FaultServer> StartAsync(string condition, long fileLength = 0)
    {
        // Beside the program, and not in /tmp, which may be memory.
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"fault-{Guid.NewGuid():N}")).FullName;
        var (certificate, file) = (Path.Combine(folder, "cert.pfx"), Path.Combine(folder, "file"));
        await File.WriteAllBytesAsync(certificate, TlsParties.Certificate.Export(X509ContentType.Pkcs12, ""));
        await using (var created = File.Create(file))
            created.SetLength(fileLength);

        var server = new FaultServer(folder, ChildProcess.StartUnder(condition, ChildRoles.FaultServer, certificate, file));
        try
        {
            var ports = (await server._process.ReadLineAsync("the server's ports", TimeSpan.FromSeconds(60))).Split(' ');
            server.Http = new IPEndPoint(IPAddress.Loopback, int.Parse(ports[0], CultureInfo.InvariantCulture));
            server.Https = new IPEndPoint(IPAddress.Loopback, int.Parse(ports[1], CultureInfo.InvariantCulture));
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fails where an error was logged; the number of open connections.</summary>
    internal async Task<int> AskAsync(string question = "report")
    {
        var answer = (await _process.AskAsync(question)).Split(' ', 2);
        Assert.True(answer[1].Length == 0, answer[1]);
        return int.Parse(answer[0], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
