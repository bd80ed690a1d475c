using BenchTable.Loads;
using BenchTable.Servers;

namespace BenchTable.Measuring;

/// <summary>What is measured.</summary>
internal static class Rows
{
    private const string Plaintext = "/plaintext";

    private static readonly ServerKind?[] s_each = [ServerKind.Aeronet, ServerKind.Kestrel, ServerKind.Nginx];

    private static readonly WrkLoad s_sixteen = new(16);

    /// <summary>Requests and connections.</summary>
    public static IReadOnlyList<Row> Requests { get; } =
    [
        .. from isTls in (bool[])[false, true]
           from connections in (int[])[1, 64, 1024]
           select new Row(isTls ? "plaintext, TLS" : "plaintext", isTls, Plaintext, new WrkLoad(connections), WorkUnit.Request, s_each) { Times = isTls && connections > 64 ? 3 : 1 },
        new("plaintext, a connection each", false, Plaintext, new WrkLoad(16, IsReconnecting: true), WorkUnit.Connection, s_each),
        new("plaintext, TLS, a new session each", true, Plaintext, new HandshakeLoad(2, IsResuming: false), WorkUnit.Connection, s_each),
        // Stock Kestrel resumes none of these sessions.
        new("plaintext, TLS, a resumed session each", true, Plaintext, new HandshakeLoad(2, IsResuming: true), WorkUnit.Connection, [ServerKind.Aeronet, null, ServerKind.Nginx]),
        new("plaintext, HTTP/2", true, Plaintext, new H2Load(1, 1), WorkUnit.Request, s_each),
        new("plaintext, HTTP/2", true, Plaintext, new H2Load(16, 32), WorkUnit.Request, s_each),
    ];

    /// <summary>Files, by HTTP, TLS and HTTP/2.</summary>
    public static IReadOnlyList<Row> Files { get; } =
    [
        .. from way in (string[])["HTTP", "TLS", "HTTP/2"]
           from file in (BenchFile[])[new("1 KiB", "1k", 64), new("64 KiB", "64k", 32), new("1 MiB", "1m", 16), new("100 MiB", "100m", 4)]
           select new Row(
               $"{file.Size} file, {way}",
               way != "HTTP",
               file.Path,
               way == "HTTP/2" ? new H2Load(Math.Min(file.Connections, 16), file.Connections > 4 ? 4 : 1) : new WrkLoad(file.Connections),
               file.Size.EndsWith("MiB", StringComparison.Ordinal) ? WorkUnit.Mebibyte : WorkUnit.Request,
               s_each),
    ];

    /// <summary>The ways by which the bytes of a file get from the page cache to the socket.</summary>
    public static IReadOnlyList<Row> Ways { get; } =
    [
        Way("1 MiB file, sendfile", false, ServerKind.Aeronet, null, ServerKind.Nginx),
        Way("1 MiB file, read and write", false, ServerKind.AeronetCopying, ServerKind.Kestrel, ServerKind.NginxCopying),
        Way("1 MiB file, TLS in user space", true, ServerKind.AeronetUserTls, ServerKind.Kestrel, ServerKind.Nginx),
        Way("1 MiB file, kernel TLS", true, ServerKind.AeronetKernelTls, null, ServerKind.NginxKernelTls),
    ];

    /// <summary>
    /// What a run of the tests holds, and which part of stock Kestrel's processor time it may take: rows in which it takes so much less that
    /// what else the machine does is not mistaken for a change.
    /// </summary>
    public static IReadOnlyList<(Row Row, double Most)> Gate { get; } =
    [
        (new("plaintext", false, Plaintext, new WrkLoad(64), WorkUnit.Request, [ServerKind.Aeronet, ServerKind.Kestrel, null]), 0.9),
        (new("64 KiB file, HTTP", false, "/files/64k.bin", new WrkLoad(32), WorkUnit.Request, [ServerKind.Aeronet, ServerKind.Kestrel, null]), 0.6),
    ];

    private static Row Way(string name, bool isTls, params ServerKind?[] servers) => new(name, isTls, "/files/1m.bin", s_sixteen, WorkUnit.Mebibyte, servers);

    private sealed record BenchFile(string Size, string Name, int Connections)
    {
        public string Path => $"/files/{Name}.bin";
    }
}
