using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Transport.Native.Faults;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>
/// Thousands of requests while the kernel resets connections, has no descriptors and no buffers, and everything lossless besides. What arrives
/// is right, nothing is left of it, and the server goes on.
/// </summary>
public sealed class FaultStormTests : IDisposable
{
    private const int Workers = 8;
    private const int Requests = 2_000;
    private const int MostOnOneConnection = 6;
    private const int Length = 128 * 1024;

    private static readonly byte[] s_big = Pattern.Bytes(Length);

    private readonly string _file = Path.GetTempFileName();

    public FaultStormTests() => File.WriteAllBytes(_file, s_big);

    public void Dispose()
    {
        FaultPolicy.Current = null;
        File.Delete(_file);
    }

    [Theory]
    [InlineData("econnreset+enobufs+emfile+econnaborted+lossless", false)]
    [InlineData("econnreset+enobufs+emfile+econnaborted+lossless", true)]
    public async Task Storm_NothingIsLeft_AndTheServerAnswers(string kinds, bool tls)
    {
        var pools = new CountingPools();
        await using var server = await StressServer.StartAsync(2, new KestrelHostOptions
        {
            App = Map,
            Builder = builder => builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(pools),
            Listen = listen =>
            {
                if (tls)
                    listen.UseAeronetTls(TlsParties.Certificate);
            },
        });
        var policy = FaultPolicy.Current = FaultPolicy.Parse($"rate=0.05,kinds={kinds}");
        Report.Line($"{FaultPolicy.Variable}='{policy}'");

        var (answers, failures) = await RunAsync(server, tls);
        FaultPolicy.Current = null;
        Report.Line($"{answers} answers, {failures} connections ended early; injected: {policy.Injected}");
        Assert.Equal(Requests, answers + failures);
        Assert.All(kinds.Split('+').Where(kind => kind != "lossless"), kind => Assert.Contains(kind, policy.Injected, StringComparison.Ordinal));
        Assert.InRange(answers, Requests / 4, Requests);

        // The server is what it was.
        await BlockingClient.RunAsync(() =>
        {
            using var client = Connect(server, tls, SslProtocols.None);
            Assert.Equal(Outcome.Answered, Ask(client, kind: 1));
        });
        await server.StopCleanlyAsync();
        Assert.Equal((0, 0, 0), (pools.Outstanding, pools.Misdeeds, pools.OpenPools));
        Assert.Equal(0, SslAudit.Live);
        Assert.Equal(0, Descriptors.Take().Count(_file));
    }

    private void Map(WebApplication app)
    {
        StressApp.Map(app);
        app.MapGet("/big", (RequestDelegate)(static context =>
        {
            context.Response.ContentLength = s_big.Length;
            return context.Response.Body.WriteAsync(s_big).AsTask();
        }));
        app.MapGet("/file", (RequestDelegate)(context =>
        {
            context.Response.ContentLength = Length;
            return context.Response.SendFileAsync(_file);
        }));
        app.MapPost("/upload", (RequestDelegate)(static async context =>
        {
            Assert.Equal(Length, await Pattern.VerifyAsync(context.Request.Body));
            context.Response.ContentLength = Length;
            await context.Response.Body.WriteAsync(s_big);
        }));
    }

    private static async Task<(int Answers, int Failures)> RunAsync(StressServer server, bool tls)
    {
        var outcomes = new ConcurrentBag<Outcome>();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => BlockingClient.RunAsync(() =>
        {
            var version = worker % 2 == 0 ? SslProtocols.Tls12 : SslProtocols.Tls13;
            BlockingClient? client = null;
            var left = 0;
            for (int number; (number = Interlocked.Increment(ref next)) <= Requests;)
            {
                if (client is null)
                {
                    client = TryConnect(server, tls, version);
                    left = 1 + (number % MostOnOneConnection);
                }

                var outcome = client is null ? Outcome.Ended : Ask(client, number % 4);
                outcomes.Add(outcome);
                if (--left == 0 || outcome == Outcome.Ended)
                {
                    client?.Dispose();
                    client = null;
                }
            }

            client?.Dispose();
        }))).OrTimeout("the requests", TimeSpan.FromMinutes(3));
        return (outcomes.Count(outcome => outcome == Outcome.Answered), outcomes.Count(outcome => outcome == Outcome.Ended));
    }

    private static BlockingClient? TryConnect(StressServer server, bool tls, SslProtocols version)
    {
        try
        {
            return Connect(server, tls, version);
        }
        catch (Exception failure) when (IsEnd(failure))
        {
            return null;
        }
    }

    private static BlockingClient Connect(StressServer server, bool tls, SslProtocols version) =>
        new(server.EndPoint, verifyPattern: true, tls: tls ? TlsParties.Client(version) : null);

    /// <summary>Wrong bytes and wrong statuses are no outcome.</summary>
    private static Outcome Ask(BlockingClient client, int kind)
    {
        try
        {
            if (kind == 0)
            {
                client.Send($"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Length}\r\n\r\n");
                client.Send(s_big);
            }
            else
            {
                client.SendGet(kind == 1 ? "/file" : "/big");
            }

            Assert.Equal(200, client.ReceiveResponse());
            return Outcome.Answered;
        }
        catch (Exception failure) when (IsEnd(failure))
        {
            return Outcome.Ended;
        }
    }

    /// <summary>How a client's end of a connection tells that the other has ended it. Not that time is up.</summary>
    private static bool IsEnd(Exception failure) =>
        failure is EndOfStreamException or SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted }
        || (failure is IOException && (failure.InnerException is null || IsEnd(failure.InnerException)));

    private enum Outcome
    {
        Answered,
        Ended,
    }
}
