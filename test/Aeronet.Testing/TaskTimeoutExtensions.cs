using System.Runtime.CompilerServices;

namespace Aeronet.Testing;

/// <summary>Bounds every wait of a test, and says what was waited for.</summary>
public static class TaskTimeoutExtensions
{
    /// <summary>Long enough for a loaded two-core machine; a test that passes never waits for it.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Waits for a task for at most <see cref="DefaultTimeout"/>.</summary>
    public static Task OrTimeout(
        this Task task,
        string what,
        TimeSpan? timeout = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
        => WaitAsync(AsResult(task), what, timeout, file, line);

    /// <inheritdoc cref="OrTimeout(Task, string, TimeSpan?, string, int)"/>
    public static Task<T> OrTimeout<T>(
        this Task<T> task,
        string what,
        TimeSpan? timeout = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
        => WaitAsync(task, what, timeout, file, line);

    /// <inheritdoc cref="OrTimeout(Task, string, TimeSpan?, string, int)"/>
    public static Task OrTimeout(
        this ValueTask task,
        string what,
        TimeSpan? timeout = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
        => WaitAsync(AsResult(task.AsTask()), what, timeout, file, line);

    /// <inheritdoc cref="OrTimeout(Task, string, TimeSpan?, string, int)"/>
    public static Task<T> OrTimeout<T>(
        this ValueTask<T> task,
        string what,
        TimeSpan? timeout = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
        => WaitAsync(task.AsTask(), what, timeout, file, line);

    private static async Task<T> WaitAsync<T>(Task<T> task, string what, TimeSpan? timeout, string file, int line)
    {
        var limit = timeout ?? DefaultTimeout;
        using var timer = new CancellationTokenSource();
        if (await Task.WhenAny(task, Task.Delay(limit, timer.Token)).ConfigureAwait(false) != task)
            throw new TimeoutException(
                $"Timed out after {limit.TotalSeconds:0.#} s waiting for {what} ({Path.GetFileName(file)}:{line}).");

        await timer.CancelAsync().ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    private static async Task<bool> AsResult(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }
}
