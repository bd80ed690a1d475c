using Aeronet.AspNetCore.Middleware.Tests.AccessLog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.ProxyProtocol;

/// <summary>Behind a PROXY protocol header the middleware pack sees the client.</summary>
public sealed class ProxiedRequestTests
{
    private const string Header = "PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n";

    // PROXY, TCP over IPv4, from 192.0.2.7 port 51234 to 198.51.100.1 port 443, and PP2_TYPE_SSL: the client came over TLS.
    private static readonly byte[] s_overTls =
    [
        .. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 12 + 8, 192, 0, 2, 7, 198, 51, 100, 1, 51234 >> 8, 51234 & 0xff, 443 >> 8, 443 & 0xff,
        0x20, 0, 5, 1, 0, 0, 0, 0,
    ];

    [Theory]
    [BothTransports]
    public async Task AccessLog_HasTheClient_AndNoProxyNeedsToBeKnown(TransportKind kind)
    {
        var sink = new CapturingSink();
        await using var host = await StartAsync(kind, builder => builder.Services.AddAeronetAccessLog().AddSingleton<IAccessLogSink>(sink), app => app.UseAeronetAccessLog());
        using var client = await host.ConnectAsync();

        await client.SendAsync(Header);
        await client.GetAsync("/", "X-Forwarded-For: 203.0.113.9");

        Assert.StartsWith("192.0.2.7 - - ", await sink.LineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [BothTransports]
    public async Task Redirect_GoesRoundOnce_WhereTheProxyEndsTls(TransportKind kind)
    {
        await using var host = await StartAsync(
            kind,
            builder =>
            {
                builder.Configuration["Aeronet:HttpsRedirect:HttpsPort"] = "443";
                builder.Services.AddAeronetHttpsRedirect();
            },
            app => app.UseAeronetHttpsRedirect());
        using var plain = await host.ConnectAsync();
        using var overTls = await host.ConnectAsync();

        await plain.SendAsync(Header);
        await overTls.SendAsync(s_overTls);
        var redirected = await plain.GetAsync("/a");

        Assert.Equal((308, "https://localhost/a"), (redirected.StatusCode, redirected["Location"]));
        Assert.Equal((200, "192.0.2.7 https"), ((await overTls.GetAsync("/a")) is var served ? (served.StatusCode, served.Text) : default));
    }

    // The header is no part of the first message.
    [Theory]
    [InlineData("", "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n")]
    public async Task ParserDiagnostics_CountFromTheMessage(string before, string malformed)
    {
        var messages = new List<string>();
        foreach (var header in new[] { "", Header })
        {
            await using var host = await StartAsync(TransportKind.Aeronet, builder => builder.Services.AddAeronetParserDiagnostics(), _ => { }, optional: true);
            using var client = await host.ConnectAsync();

            // The header comes with the message, and then alone.
            await client.SendAsync(header + before + malformed);
            await client.ReadToEndAsync();

            await Eventually.HoldsAsync(() => host.Logs.From("Aeronet.AspNetCore.Middleware.ParserDiagnostics").Count > 0, "the diagnosis");
            messages.Add(host.Logs.From("Aeronet.AspNetCore.Middleware.ParserDiagnostics")[0].Message.Replace(client.Socket.LocalEndPoint!.ToString()!, "CLIENT", StringComparison.Ordinal)
                .Replace("192.0.2.7:51234", "CLIENT", StringComparison.Ordinal));
        }

        Assert.Equal(Normalized(messages[0]), Normalized(messages[1]));

        static string Normalized(string message) => System.Text.RegularExpressions.Regex.Replace(message, "0HN[0-9A-Z]+", "ID");
    }

    private static Task<KestrelHost> StartAsync(TransportKind kind, Action<WebApplicationBuilder> builder, Action<WebApplication> app, bool optional = false) =>
        KestrelHost.StartAsync(kind, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetProxyProtocol(options =>
                (options.Mode, options.HeaderTimeout) = (optional ? Transport.ProxyProtocolMode.Optional : Transport.ProxyProtocolMode.Required, TimeSpan.FromMinutes(1))),
            Builder = builder,
            App = site =>
            {
                app(site);
                site.Run(context => context.Response.WriteAsync($"{context.Connection.RemoteIpAddress} {context.Request.Scheme}"));
            },
        });
}
