using System.Globalization;
using System.Net;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Stress.Tests.Health;

/// <summary>
/// A server of two loops that never hand off, whose handler of <c>/block</c> keeps its thread for ever, with a port for probes. Says "ready"; "block pool"
/// blocks every thread that the pool may have, and says "blocked" when they are. "blocked loops" asks how many loops are.
/// </summary>
internal static class BlockedServerRole
{
    private const int PoolThreads = 8;

    private static readonly ManualResetEventSlim s_never = new();
    private static int s_blockedLoops;
    private static int s_blockedPool;

    internal static async Task<int> RunAsync(string[] arguments)
    {
        var (port, healthPort) = (int.Parse(arguments[0], CultureInfo.InvariantCulture), int.Parse(arguments[1], CultureInfo.InvariantCulture));
        ThreadPool.SetMinThreads(PoolThreads, PoolThreads);
        ThreadPool.SetMaxThreads(PoolThreads, PoolThreads);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseAeronetTransport(options => (options.EventLoops, options.Dispatch) = (2, DispatchMode.Inline));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddAeronetHealth(options => (options.Port, options.StuckAfter, options.Details) = (healthPort, TimeSpan.FromSeconds(1), true));
        var app = builder.Build();
        app.MapGet("/ok", (RequestDelegate)(context =>
        {
            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        }));
        app.MapGet("/block", (RequestDelegate)(context =>
        {
            if (Thread.CurrentThread.Name?.StartsWith("aeronet-loop", StringComparison.Ordinal) == true)
                Interlocked.Increment(ref s_blockedLoops);

            s_never.Wait();
            return Task.CompletedTask;
        }));
        await app.StartAsync();
        var answers = new Thread(Answer);
        answers.Start();
        answers.Join();
        Environment.Exit(0);
        return 0;
    }

    /// <summary>On a thread of its own: there will be no other.</summary>
    private static void Answer()
    {
        Console.Out.WriteLine("ready");
        while (Console.In.ReadLine() is { } question)
        {
            if (question == "block pool")
            {
                for (var i = 0; i < 2 * PoolThreads; i++)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(static _ =>
                    {
                        Interlocked.Increment(ref s_blockedPool);
                        s_never.Wait();
                    }, null);
                }

                while (Volatile.Read(ref s_blockedPool) < PoolThreads)
                    Thread.Sleep(10);
            }

            Console.Out.WriteLine(question == "blocked loops" ? $"{Volatile.Read(ref s_blockedLoops)}" : "blocked");
        }
    }
}
