using System.Buffers.Text;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>Asks the kernel what one thread of this process is doing (proc_pid_stat(5), Documentation/scheduler/sched-stats).</summary>
internal static class ThreadCpuTime
{
    /// <summary>Nanoseconds the thread has run; null when the kernel does not say.</summary>
    internal static long? TryGet(int threadId)
    {
        Span<byte> text = stackalloc byte[128];
        return Utf8Parser.TryParse(Read($"/proc/self/task/{threadId}/schedstat", text), out long nanoseconds, out _)
            ? nanoseconds
            : null;
    }

    /// <summary>Whether the thread runs or waits for a processor, as opposed to sleeping in a call.</summary>
    internal static bool IsRunnable(int threadId)
    {
        Span<byte> text = stackalloc byte[512];
        var stat = Read($"/proc/self/task/{threadId}/stat", text);

        // The name in parentheses may hold anything; the state is the letter after the last one.
        var nameEnd = stat.LastIndexOf((byte)')');
        return nameEnd >= 0 && nameEnd + 2 < stat.Length && stat[nameEnd + 2] == (byte)'R';
    }

    private static ReadOnlySpan<byte> Read(string path, Span<byte> buffer)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return buffer[..RandomAccess.Read(file, buffer, 0)];
        }
        catch (IOException)
        {
            // The thread has ended, or /proc is not mounted.
            return [];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}
