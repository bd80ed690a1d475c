using Microsoft.AspNetCore.Http.Features;

namespace AccessLogBench;

/// <summary>A response that ends when it is told to, and keeps its list of callbacks, as Kestrel's does.</summary>
internal sealed class CompletableResponse : HttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Callback, object State)> _callbacks = new();

    public override void OnCompleted(Func<object, Task> callback, object state) => _callbacks.Push((callback, state));

    public async ValueTask CompleteAsync()
    {
        while (_callbacks.TryPop(out var entry))
        {
            await entry.Callback(entry.State);
        }
    }
}
