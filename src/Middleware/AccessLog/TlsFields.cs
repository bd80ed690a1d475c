using System.Security.Authentication;
using System.Text;
using Aeronet.AspNetCore.Middleware.Tls;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>The fields that tell of the TLS under a request.</summary>
internal static class TlsFields
{
    private static readonly (string Name, FieldWriter Write, byte[] Key)[] Ordered =
    [
        Field("tls.version", static (line, entry, style) => line.Text(VersionOf(Handshake(entry)), style)),
        Field("tls.cipher", static (line, entry, style) => line.Text(CipherOf(Handshake(entry)), style)),
        Field("tls.group", static (line, entry, style) => line.Text(Session(entry)?.KeyExchangeGroup, style)),
        Field("tls.alpn", static (line, entry, style) => line.Text(TlsFacts.ApplicationProtocol(Features(entry)), style)),
        Field("tls.sni", static (line, entry, style) => line.Text(TlsFacts.ServerName(Features(entry)), style)),
        Field("tls.resumed", static (line, entry, style) => line.Truth(Session(entry)?.Resumed, style)),
        Field("tls.ktls", static (line, entry, style) => line.Text(KernelOf(Session(entry)), style)),
    ];

    private static readonly byte[] AllMissing = Encoding.UTF8.GetBytes(string.Concat(Ordered.Select(field => $",\"{field.Name}\":null")));

    /// <summary>Each by its name.</summary>
    public static IEnumerable<KeyValuePair<string, FieldWriter>> All =>
        Ordered.Select(known => KeyValuePair.Create(known.Name, known.Write));

    /// <summary>All as members of a JSON object that has others before.</summary>
    public static void WriteJson(LineWriter line, AccessLogEntry entry, ValueStyle style)
    {
        if (Handshake(entry) is null)
        {
            line.Literal(AllMissing);
            return;
        }

        foreach (var (_, write, key) in Ordered)
        {
            line.Literal(key);
            write(line, entry, style);
        }
    }

    private static (string Name, FieldWriter Write, byte[] Key) Field(string name, FieldWriter write) =>
        (name, write, Encoding.UTF8.GetBytes($",\"{name}\":"));

    private static IFeatureCollection Features(AccessLogEntry entry) => entry.Context.Features;

    private static ITlsHandshakeFeature? Handshake(AccessLogEntry entry) => Features(entry).Get<ITlsHandshakeFeature>();

    private static ITlsSessionFeature? Session(AccessLogEntry entry) => TlsFacts.Session(Features(entry));

    private static string? VersionOf(ITlsHandshakeFeature? handshake) => handshake?.Protocol switch
    {
        null => null,
        SslProtocols.Tls12 => "TLSv1.2",
        SslProtocols.Tls13 => "TLSv1.3",
        _ => "TLS",
    };

    private static string? CipherOf(ITlsHandshakeFeature? handshake) =>
        handshake?.NegotiatedCipherSuite is { } suite ? CipherSuiteNames.Of(suite) : null;

    private static string? KernelOf(ITlsSessionFeature? session) => session switch
    {
        null => null,
        { SendsByKernel: true, ReceivesByKernel: true } => "both",
        { SendsByKernel: true } => "send",
        { ReceivesByKernel: true } => "receive",
        _ => "off",
    };
}
