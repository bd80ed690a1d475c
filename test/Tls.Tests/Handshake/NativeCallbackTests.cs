using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.Tls.Tests.ClientCertificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.EventLoop;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Handshake;

/// <summary>Methods that native code calls: an exception that leaves one ends the process, with every connection it has.</summary>
[Collection(Alone.Name)]
public sealed class NativeCallbackTests
{
    // OpenSSL's: two for messages, the ClientHello, ALPN, three for client certificates, two for tickets, a staple, the states of a session, three of each BIO, and two of that which
    // injects faults, which is compiled in with the assertions alone.
    private const int Known = 20;
    private const int Compiled = Interleaving.IsCompiledIn ? Known : Known - 2;

    private static readonly Assembly[] s_assemblies = [typeof(AeronetTlsOptions).Assembly, typeof(AeronetStaticFileOptions).Assembly];

    /// <summary>In the compiled code: one try from the first instruction on, whose handler catches everything.</summary>
    [Fact]
    public void EveryMethod_IsOneTry()
    {
        var methods = Methods().ToArray();
        Assert.Equal(Compiled, methods.Length);
        foreach (var method in methods)
        {
            var body = method.GetMethodBody()!;
            var clause = Assert.Single(body.ExceptionHandlingClauses);
            var name = $"{method.DeclaringType!.Name}.{method.Name}";

            Assert.True(clause.Flags == ExceptionHandlingClauseOptions.Clause && clause.CatchType == typeof(Exception), $"{name} does not catch everything");
            Assert.True(clause.TryOffset == 0, $"{name} does something before its try");

            // Behind the handler no more than the result is loaded and returned.
            Assert.InRange(body.GetILAsByteArray()!.Length - (clause.HandlerOffset + clause.HandlerLength), 1, 3);
        }
    }

    /// <summary>In the source: what the handler does is to note the exception and to answer with a constant. Also where reflection does not look.</summary>
    [Fact]
    public void EveryMethod_HandlerCannotThrow()
    {
        const string Rule =
            @"\[UnmanagedCallersOnly[^\]]*\]\s+(?:private|internal) static (?:unsafe )?[^;{=]*?\)\s*\{\s*try\s*\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}\s*"
            + @"catch \(Exception failure\)\s*\{\s*NativeFaults\.Note\(failure\);\s*(?:return (?:0|OpenSsl\.[A-Z_]+);\s*)?\}\s*\}";
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .Select(File.ReadAllText)
            .Where(source => source.Contains("UnmanagedCallersOnly]", StringComparison.Ordinal) || source.Contains("UnmanagedCallersOnly(", StringComparison.Ordinal))
            .ToArray();

        Assert.Equal(Known, sources.Sum(source => Regex.Count(source, Rule)));
        Assert.Equal(Known, sources.Sum(source => Regex.Count(source, @"\[[^\]\n]*UnmanagedCallersOnly")));
        Assert.DoesNotContain(sources, source => source.Contains("GetFunctionPointerForDelegate", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(Logger_Throws))]
    [InlineData(nameof(Validation_Throws))]
    [InlineData(nameof(Observer_Throws))]
    [InlineData(nameof(Meter_Throws))]
    public async Task Fault_InTheApplication_ProcessGoesOn(string child)
    {
        var result = await ChildTest.RunAsync(typeof(NativeCallbackTests), child);

        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Fact(Explicit = true)]
    public Task Logger_Throws() => RunAsync(loggerThrows: true, validation: () => throw new InvalidOperationException("validation"));

    [Fact(Explicit = true)]
    public Task Validation_Throws() => RunAsync(validation: () => throw new NastyException());

    [Fact(Explicit = true)]
    public Task Observer_Throws() => RunAsync(loggerThrows: true, observer: () => throw new NastyException());

    [Fact(Explicit = true)]
    public Task Meter_Throws() => RunAsync(meterThrows: true, validation: () => throw new NastyException());

    private static async Task RunAsync(bool loggerThrows = false, bool meterThrows = false, Action? validation = null, Action? observer = null)
    {
        var faulty = false;
        using var logger = new FaultyLogger(() => faulty && loggerThrows);
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => Listen(instrument, listener, meterThrows) };
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => Throw(faulty));
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => Throw(faulty));
        meters.Start();
        var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => Microsoft.AspNetCore.Hosting.ListenOptionsAeronetTlsExtensions.UseAeronetTls(listen, tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                tls.ClientCertificates = TlsClientCertificates.Request;
                tls.TrustedClientAuthorities.Add(ClientPki.Root.Public());
                tls.ClientCertificateValidation = (_, _, _) => Invoke(faulty ? validation : null);
                if (observer is not null)
                    tls.OnClientHello = (_, _) => Invoke(faulty ? observer : null);
            }),
            Builder = builder => builder.Logging.AddProvider(logger),
            App = app => Microsoft.AspNetCore.Builder.RunExtensions.Run(app, context => context.Response.WriteAsync("ok")),
        });
        faulty = true;
        for (var i = 0; i < 5; i++)
            Assert.True(await Peer.IsRefusedAsync(host.Port, configure: WithCertificate));

        faulty = false;
        Assert.Contains("ok", (await Peer.AskAsync(host.Port, configure: WithCertificate)).Response, StringComparison.Ordinal);
        await host.StopAsync();
    }

    private static bool Invoke(Action? fault)
    {
        fault?.Invoke();
        return true;
    }

    private static void WithCertificate(SslClientAuthenticationOptions options) =>
        options.ClientCertificateContext = SslStreamCertificateContext.Create(ClientPki.Alice, null, offline: true);

    private static void Listen(Instrument instrument, MeterListener listener, bool wanted)
    {
        if (wanted && instrument.Name is "aeronet.tls.handshakes" or "kestrel.tls_handshake.duration")
            listener.EnableMeasurementEvents(instrument);
    }

    private static void Throw(bool faulty)
    {
        if (faulty)
            throw new NastyException();
    }

    private static IEnumerable<MethodInfo> Methods() => s_assemblies
        .SelectMany(assembly => assembly.GetTypes())
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(method => method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>() is not null);

    /// <summary>Throws even when it is asked what it says.</summary>
    [SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody catches it by name.")]
    [SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Nobody makes another.")]
    private sealed class NastyException : Exception
    {
        [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "That is what it is for.")]
        public override string Message => throw new InvalidOperationException("no message");
    }

    private sealed class FaultyLogger(Func<bool> throws) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Aeronet", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        // Those of TLS: the others are no matter of these tests.
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id >= 50 && throws())
                throw new InvalidOperationException("logger");
        }

        public void Dispose()
        {
        }
    }
}
