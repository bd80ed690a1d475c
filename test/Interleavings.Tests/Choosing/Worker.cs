using System.Collections.Concurrent;

namespace Aeronet.AspNetCore.Interleavings.Tests.Choosing;

/// <summary>Threads for parties, kept from run to run.</summary>
internal sealed class Worker
{
    private static readonly ConcurrentBag<Worker> s_idle = [];

    private readonly SemaphoreSlim _given = new(0);
    private Action? _body;

    private Worker() => new Thread(Run) { IsBackground = true, Name = "party" }.Start();

    /// <summary>Runs <paramref name="body"/>, which throws nothing, on a thread of its own.</summary>
    internal static void Start(Action body)
    {
        if (!s_idle.TryTake(out var worker))
            worker = new Worker();

        worker._body = body;
        worker._given.Release();
    }

    private void Run()
    {
        while (true)
        {
            _given.Wait();
            _body!();
            s_idle.Add(this);
        }
    }
}
