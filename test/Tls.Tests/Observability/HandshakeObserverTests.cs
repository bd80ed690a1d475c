using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Threading.Channels;
using Aeronet.AspNetCore.Tls.Tests.Admission;
using Aeronet.AspNetCore.Tls.Tests.ClientCertificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Observers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>Observers are told of each handshake, off its thread, whatever they make of it.</summary>
public sealed class HandshakeObserverTests
{
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Success_TellsWhatWasAgreedOn(SslProtocols version)
    {
        var observer = new Keeper();
        await using var host = await StartAsync(
            tls =>
            {
                ClientCertificateTests.Require(tls);
                tls.Fingerprints = true;
                tls.Hosts["*.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Wildcard } };
            },
            observer);

        await using (await TlsClient.ConnectAsync(host, client =>
        {
            client.EnabledSslProtocols = version;
            client.TargetHost = "www.example.com";
            client.ApplicationProtocols = [SslApplicationProtocol.Http11];
            client.ClientCertificates = [ClientPki.Alice];
        }))
        {
            var told = await observer.NextAsync();

            Assert.Equal("succeeded", told.Method);
            var handshake = told.Event;
            Assert.Equal(TlsFailure.None, handshake.Failure);
            Assert.Null(handshake.ErrorType);
            Assert.Null(handshake.Description);
            Assert.Equal(version, handshake.Protocol);
            Assert.Contains("AES", $"{handshake.CipherSuite}", StringComparison.Ordinal);
            Assert.NotNull(handshake.KeyExchangeGroup);
            Assert.Equal("http/1.1", handshake.ApplicationProtocol);
            Assert.Equal("www.example.com", handshake.ServerName);
            Assert.Equal("*.example.com", handshake.ServedHost);
            Assert.Equal("CN=alice", handshake.ClientCertificateSubject);
            Assert.False(handshake.Resumed);
            Assert.StartsWith(version == SslProtocols.Tls13 ? "t13" : "t12", handshake.Fingerprint?.Ja4, StringComparison.Ordinal);
            Assert.InRange(handshake.Duration, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(1));
            Assert.InRange(handshake.Time, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
            Assert.Equal(host.Port, ((IPEndPoint)handshake.LocalEndPoint!).Port);
            Assert.Equal(IPAddress.Loopback, ((IPEndPoint)handshake.RemoteEndPoint!).Address);
            Assert.NotEqual("", handshake.ConnectionId);
        }
    }

    [Fact]
    public async Task Resumption_Told()
    {
        var observer = new Keeper();
        await using var host = await StartAsync(null, observer);
        using var files = new TempFiles();
        const string Request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

        await OpensslClient.RunAsync(host, ["-sess_out", files["session"]], Request);
        await OpensslClient.RunAsync(host, ["-sess_in", files["session"]], Request);

        Assert.Equal((false, true), ((await observer.NextAsync()).Event.Resumed, (await observer.NextAsync()).Event.Resumed));
    }

    [Fact]
    public async Task Failure_ToldWithReasonNameAndFingerprint_ByEveryObserver()
    {
        var (one, two) = (new Keeper(), new Keeper());
        await using var host = await StartAsync(
            tls =>
            {
                tls.Fingerprints = true;
                tls.Hosts["www.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } };
                tls.RefuseUnknownHosts = true;
            },
            one, two);

        await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(host, client => client.TargetHost = "other.test"));

        foreach (var observer in new[] { one, two })
        {
            var (method, handshake) = await observer.NextAsync();
            Assert.Equal("failed", method);
            Assert.Equal((TlsFailure.UnknownSni, "unknown_sni"), (handshake.Failure, handshake.ErrorType));
            Assert.Equal("no host is named 'other.test'", handshake.Description);
            Assert.Equal("other.test", handshake.ServerName);
            Assert.Null(handshake.Protocol);
            Assert.Null(handshake.CipherSuite);
            Assert.NotNull(handshake.Fingerprint);
        }
    }

    [Fact]
    public async Task Exception_LoggedOnce_TheNextIsToldAllTheSame()
    {
        var observer = new Keeper { Throws = true };
        await using var host = await StartAsync(null, observer);
        for (var i = 0; i < 3; i++)
        {
            using var raw = await host.ConnectAsync();
            await raw.SendAsync("GET / HTTP/1.1\r\n\r\n");
            await raw.ReadToEndAsync();
            Assert.Equal(TlsFailure.PlainHttp, (await observer.NextAsync()).Event.Failure);
        }

        await Eventually.HoldsAsync(() => Said().Count > 0, "the log");
        Assert.Equal("the observer is down", Assert.Single(Said()).Exception?.Message);

        List<LogEntry> Said() => [.. host.Logs.From("Aeronet", LogLevel.Warning).Where(entry => entry.EventId.Name == "HandshakeObserverFailed")];
    }

    [Fact]
    public async Task Blocked_NobodyWaits_DropsAreCounted_AnotherIsTold()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new MetricTotals(services);
        using var release = new ManualResetEventSlim();
        var (blocked, prompt) = (new Keeper { Waits = release }, new Keeper());
        await using var observers = new HandshakeObservers([blocked, prompt], services.GetRequiredService<IMeterFactory>(), NullLoggerFactory.Instance);
        observers.Tell(new TlsHandshakeEvent());
        await blocked.Entered.Task.OrTimeout("the observer to block");

        for (var i = 0; i < ObserverQueue.Capacity + 7; i++)
        {
            observers.Tell(new TlsHandshakeEvent());

            // As fast as it is told, the other keeps up.
            await prompt.NextAsync();
        }

        Assert.Equal(7, metrics.Total("aeronet.tls.events.dropped", ("aeronet.tls.observer", nameof(Keeper))));
        release.Set();
        await Eventually.HoldsAsync(() => blocked.Count == ObserverQueue.Capacity + 1, "what was in the queue");
    }

    [Fact]
    public async Task Rejection_ToldWithClientAndLimit()
    {
        var observer = new Keeper();
        await using var host = await StartAsync(
            tls =>
            {
                tls.Admission.HandshakesPerSecond = 0.01;
                tls.Admission.Burst = 1;
                tls.Admission.OnExceeded = TlsAdmissionExceeded.Refuse;
            },
            observer);

        Assert.True(await AdmissionHost.TryHandshakeAsync(host));
        Assert.False(await AdmissionHost.TryHandshakeAsync(host));

        Assert.Equal("succeeded", (await observer.NextAsync()).Method);
        var (method, rejected) = await observer.NextAsync();
        Assert.Equal("rejected", method);
        Assert.Equal((TlsFailure.RateLimited, "rate_limited"), (rejected.Failure, rejected.ErrorType));
        Assert.Equal("TLS option Admission.HandshakesPerSecond is reached", rejected.Description);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)rejected.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task Stop_WhatIsQueuedIsTold()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var observer = new Keeper();
        var observers = new HandshakeObservers([observer], services.GetRequiredService<IMeterFactory>(), NullLoggerFactory.Instance);
        for (var i = 0; i < 100; i++)
            observers.Tell(new TlsHandshakeEvent());

        await observers.DisposeAsync();

        Assert.Equal(100, observer.Count);
    }

    private static Task<KestrelHost> StartAsync(Action<AeronetTlsOptions>? tls, params ITlsHandshakeObserver[] observers) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Builder = builder =>
            {
                foreach (var observer in observers)
                    builder.Services.AddSingleton(observer);
            },
            Listen = listen => listen.UseAeronetTls(options =>
            {
                options.Certificates.Add(Certificates.Ecdsa);
                tls?.Invoke(options);
            }),
            App = app => app.Run(context => context.Response.WriteAsync("ok")),
        });

    private sealed class Keeper : ITlsHandshakeObserver
    {
        private readonly Channel<(string Method, TlsHandshakeEvent Event)> _told = Channel.CreateUnbounded<(string, TlsHandshakeEvent)>();
        private int _count;

        public bool Throws { get; init; }

        public ManualResetEventSlim? Waits { get; init; }

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count => Volatile.Read(ref _count);

        public void OnSucceeded(TlsHandshakeEvent handshake) => Keep("succeeded", handshake);

        public void OnFailed(TlsHandshakeEvent handshake) => Keep("failed", handshake);

        public void OnRejected(TlsHandshakeEvent handshake) => Keep("rejected", handshake);

        public Task<(string Method, TlsHandshakeEvent Event)> NextAsync() => _told.Reader.ReadAsync().AsTask().OrTimeout("an event");

        private void Keep(string method, TlsHandshakeEvent handshake)
        {
            _told.Writer.TryWrite((method, handshake));
            Entered.TrySetResult();
            Waits?.Wait();
            Interlocked.Increment(ref _count);
            if (Throws)
                throw new InvalidOperationException("the observer is down");
        }
    }
}
