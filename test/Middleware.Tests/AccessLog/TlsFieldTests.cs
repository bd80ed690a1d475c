using System.Text.Json;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

public sealed class TlsFieldTests
{
    private const string Template = "{tls.version} {tls.resumed} {tls.cipher} {tls.group} {tls.sni} {tls.alpn} {tls.ktls}";

    [Theory]
    [InlineData("-tls1_2", "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "-")]
    [InlineData("-tls1_3", "TLSv1.3", "TLS_AES_256_GCM_SHA384", "secp256r1")]
    public async Task Template_FullThenResumed_AsTheClientDid(string version, string name, string suite, string resumedGroup)
    {
        var (full, resumed) = await ConnectTwiceAsync(Template, version, suite);

        Assert.Equal($"{name} false {suite} secp256r1 a.example.com http/1.1 off", full);
        Assert.Equal($"{name} true {suite} {resumedGroup} a.example.com http/1.1 off", resumed);
    }

    [Fact]
    public async Task Json_FullThenResumed_AsTheClientDid()
    {
        var (full, resumed) = await ConnectTwiceAsync("Json", "-tls1_3", "TLS_AES_256_GCM_SHA384");

        Assert.False(Value(full, "tls.resumed").GetBoolean());
        Assert.True(Value(resumed, "tls.resumed").GetBoolean());
        (string Name, string Value)[] texts =
        [
            ("tls.version", "TLSv1.3"), ("tls.cipher", "TLS_AES_256_GCM_SHA384"), ("tls.group", "secp256r1"), ("tls.sni", "a.example.com"),
            ("tls.alpn", "http/1.1"), ("tls.ktls", "off"),
        ];
        Assert.All(texts, text => Assert.Equal(text.Value, Value(resumed, text.Name).GetString()));
    }

    [Fact]
    public async Task Json_Plain_AllNull()
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(ServerKind.Aeronet, sink, null, ("Format", "Json"));

        using var response = await site.GetAsync("/");

        using var line = JsonDocument.Parse(await sink.LineAsync());
        var tls = line.RootElement.EnumerateObject().Where(member => member.Name.StartsWith("tls.", StringComparison.Ordinal)).ToList();
        Assert.Equal(7, tls.Count);
        Assert.All(tls, member => Assert.Equal(JsonValueKind.Null, member.Value.ValueKind));
    }

    [Fact]
    public async Task Template_KestrelsTls_WhatItTells()
    {
        var sink = new CapturingSink();
        await using var host = await KestrelHost.StartAsync(TransportKind.Sockets, new KestrelHostOptions
        {
            Listen = listen => listen.UseHttps(TlsSite.Certificate),
            Builder = builder => Configure(builder, Template, sink),
            App = Log,
        });

        await OpensslClient.RunAsync(host, ["-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384", "-noservername"], TlsSite.Get);

        Assert.Equal("TLSv1.3 - TLS_AES_256_GCM_SHA384 - - - -", await sink.LineAsync());
    }

    private static async Task<(string Full, string Resumed)> ConnectTwiceAsync(string format, string version, string suite)
    {
        var session = Path.GetTempFileName();
        var sink = new CapturingSink();
        await using var host = await TlsSite.StartAsync(
            Log, tls => tls.Ktls = KtlsMode.Disabled, builder => Configure(builder, format, sink));
        string[] client =
        [
            version, "-groups", "P-256", "-servername", "a.example.com", "-alpn", "http/1.1",
            .. version == "-tls1_3" ? new[] { "-ciphersuites", suite } : ["-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"],
        ];

        await OpensslClient.RunAsync(host, [.. client, "-sess_out", session], TlsSite.Get);
        var full = await sink.LineAsync();
        await OpensslClient.RunAsync(host, [.. client, "-sess_in", session], TlsSite.Get);
        File.Delete(session);
        return (full, await sink.LineAsync(1));
    }

    private static JsonElement Value(string line, string name)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty(name).Clone();
    }

    private static void Configure(WebApplicationBuilder builder, string format, CapturingSink sink)
    {
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aeronet:AccessLog:Format"] = format,
            ["Aeronet:AccessLog:FlushInterval"] = "00:00:00",
        });
        builder.Services.AddAeronetAccessLog().AddSingleton<IAccessLogSink>(sink);
    }

    private static void Log(WebApplication app)
    {
        app.UseAeronetAccessLog();
        app.Run(context => context.Response.WriteAsync("served"));
    }
}
