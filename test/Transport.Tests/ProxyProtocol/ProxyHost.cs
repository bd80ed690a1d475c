using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>Servers that read headers and answer with what they have learned of the client.</summary>
internal static class ProxyHost
{
    /// <summary>How long a header may take where that is not what is tested: longer than a busy machine.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Has an endpoint read headers, with patience.</summary>
    internal static ListenOptions UsePatientProxyProtocol(this ListenOptions listen) => listen.UseAeronetProxyProtocol(options => options.HeaderTimeout = Patience);

    /// <summary>Where a first answer says the client's address is unknown.</summary>
    internal const string Nowhere = "-";

    /// <summary>What <see cref="AskAsync"/> says of a connection that was ended without an answer.</summary>
    internal const string Refused = "refused";

    internal static Task<KestrelHost> StartAsync(
        TransportKind kind = TransportKind.Aeronet,
        Action<AeronetProxyProtocolEndpointOptions>? proxy = null,
        Action<ListenOptions>? behind = null,
        Action<KestrelServerOptions>? kestrel = null,
        Action<AeronetTransportOptions>? transport = null,
        bool defaultEndpoint = true) => KestrelHost.StartAsync(kind, new KestrelHostOptions
        {
            DefaultEndpoint = defaultEndpoint,
            Listen = listen =>
            {
                listen.UseAeronetProxyProtocol(options =>
                {
                    options.HeaderTimeout = Patience;
                    proxy?.Invoke(options);
                });
                behind?.Invoke(listen);
            },
            Kestrel = kestrel,
            Transport = transport,
            App = app => app.Run(AnswerAsync),
        });

    /// <summary>Endpoints from configuration alone.</summary>
    internal static Task<KestrelHost> StartAsync(IEnumerable<KeyValuePair<string, string?>> configuration, Action<KestrelServerOptions>? kestrel = null) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Kestrel = kestrel,
            Builder = builder => builder.Configuration.AddInMemoryCollection(configuration),
            App = app => app.Run(AnswerAsync),
        });

    /// <summary>The counted refusals of a reason.</summary>
    internal static double Rejected(this KestrelHost host, string reason) =>
        host.Metrics.Total("aeronet.proxy_protocol.rejected", ("aeronet.rejection.reason", reason));

    internal static double Headers(this KestrelHost host, int version, string command) => host.Metrics.Total(
        "aeronet.proxy_protocol.headers", ("aeronet.proxy_protocol.version", version), ("aeronet.proxy_protocol.command", command));

    /// <summary>Client, server, scheme, version of HTTP; then what the header had besides, a line each.</summary>
    internal static Task AnswerAsync(HttpContext context)
    {
        var endPoints = context.Features.Get<IConnectionEndPointFeature>();
        var text = new StringBuilder();
        text.AppendJoin(' ', Text(context.Connection.RemoteIpAddress, context.Connection.RemotePort), Text(context.Connection.LocalIpAddress, context.Connection.LocalPort),
            context.Request.Scheme, context.Request.Protocol).Append('\n');
        if (context.Features.Get<IProxyProtocolFeature>() is { } header)
        {
            text.Append($"version {header.Version} {header.Command}\nsource {header.Source}\ndestination {header.Destination}\nproxy {header.ProxyRemoteEndPoint}\n");
            text.Append($"authority {header.Authority}\nalpn {Encoding.ASCII.GetString(header.ApplicationProtocol.Span)}\nid {Encoding.ASCII.GetString(header.UniqueId.Span)}\n");
            text.Append($"checksum {header.HasChecksum}\ntlvs {string.Join(' ', header.Tlvs.Select(tlv => tlv.Type.ToString("x2", null)))}\n");
            if (header.Tls is { } tls)
                text.Append($"tls {tls.IsTls} {tls.Version} {tls.Cipher}\nclient {tls.HasClientCertificate} {tls.IsClientCertificateVerified} {tls.CommonName}\n");
        }

        if (endPoints is not null)
            text.Append($"connection {endPoints.RemoteEndPoint}\n");

        return context.Response.WriteAsync(text.ToString());
    }

    /// <summary>Asks on a connection that begins with a header: the answer, the status of one that is none, or <see cref="Refused"/>.</summary>
    internal static async Task<string> AskAsync(EndPoint endPoint, byte[] header)
    {
        try
        {
            using var client = await RawClient.ConnectAsync(endPoint);
            await client.SendAsync(header);
            var response = await client.GetAsync();
            return response.StatusCode == 200 ? response.Text : $"{response.StatusCode}";
        }
        catch (Exception failure) when (failure is System.Net.Sockets.SocketException or EndOfStreamException)
        {
            // At any of these steps: a reset may come as soon as the connection is made.
            return Refused;
        }
    }

    /// <summary>A line of an answer, by its first word.</summary>
    internal static string Line(string answer, string name) =>
        answer.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..];

    private static string Text(IPAddress? address, int port) => address is null ? Nowhere : new IPEndPoint(address, port).ToString();
}
