using Aeronet.AspNetCore.Transport.ProxyProtocol;
using Aeronet.AspNetCore.Transport.Tls.Fingerprints;
using BenchmarkDotNet.Attributes;

namespace HotPaths;

/// <summary>What comes once a connection.</summary>
public class Connections
{
    private readonly byte[] _line = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\nGET / HTTP/1.1\r\n"u8.ToArray();

    private readonly byte[] _block =
    [
        .. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 36, 192, 0, 2, 1, 198, 51, 100, 7, 0, 80, 1, 187,
        1, 0, 2, .. "h2"u8, 2, 0, 16, .. "www.example.com."u8,
    ];

    private readonly byte[] _hello = HelloRecorder.Record();

    /// <summary>A PROXY header of version 1.</summary>
    [Benchmark(Description = "PROXY header, version 1")]
    public int ProxyLine() => ProxyHeaderParser.Parse(_line, ProxyBlock.MaxLength).Length;

    /// <summary>A PROXY header of version 2 with ALPN and authority.</summary>
    [Benchmark(Description = "PROXY header, version 2 with two values")]
    public int ProxyValues() => ProxyHeaderParser.Parse(_block, ProxyBlock.MaxLength).Length;

    /// <summary>A ClientHello as it is kept.</summary>
    [Benchmark(Description = "ClientHello, read")]
    public bool Hello() => TlsFingerprints.Of(_hello) is not null;

    /// <summary>A ClientHello with both fingerprints.</summary>
    [Benchmark(Description = "ClientHello, with JA3 and JA4")]
    public int Fingerprints()
    {
        var fingerprints = TlsFingerprints.Of(_hello)!;
        return fingerprints.Ja3.Length + fingerprints.Ja4.Length;
    }
}
