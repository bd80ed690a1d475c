using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Aeronet.AspNetCore.Interleavings.Tests.Choosing;

/// <summary>Awaits as an application does, and tells the chooser.</summary>
[SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "Its own awaiter, which takes the result once.")]
internal readonly struct Controlled<T>(ThreadChooser chooser, ValueTask<T> task, string what) : ICriticalNotifyCompletion
{
    private readonly ValueTask<T> _task = task;

    public bool IsCompleted => _task.IsCompleted;

    public Controlled<T> GetAwaiter() => this;

    public T GetResult() => _task.GetAwaiter().GetResult();

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        var pending = _task;
        var controller = chooser;
        var awaited = controller.Await(what, () => pending.IsCompleted);
        _task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => controller.Resume(awaited, continuation));
    }
}
