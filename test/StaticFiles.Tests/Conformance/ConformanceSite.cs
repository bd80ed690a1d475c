using System.Diagnostics;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary>A file server, whichever it is, and the directory that it serves.</summary>
/// <param name="client">A client of it.</param>
/// <param name="root">The directory.</param>
/// <param name="isVerbatim">Whether the client can send any target.</param>
internal sealed class ConformanceSite(HttpClient client, string root, bool isVerbatim)
{
    /// <summary>Modification time of <c>ten.txt</c>.</summary>
    public const string Modified = "Thu, 29 Feb 2024 12:34:56 GMT";

    /// <summary>Size of <c>huge.bin</c>.</summary>
    public const long HugeSize = 5L * 1024 * 1024 * 1024;

    // Some servers wait for the other end of a FIFO for ever.
    private static readonly TimeSpan FifoPatience = TimeSpan.FromSeconds(10);
    private static readonly DateTime Old = new(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc);

    public string Root => root;

    /// <summary>Fills the directory that the rules speak of.</summary>
    public static async Task FillAsync(string root)
    {
        Write("ten.txt", "0123456789");
        await File.WriteAllTextAsync(Path.Combine(root, "now.txt"), "0123456789");
        Write("empty.txt", "");
        Write("large.bin", Pattern.Bytes(300_000));
        Write("index.html", "root index");
        Write("dir/index.html", "dir index");
        Write("odd/a#b%20c?.txt", "odd");
        Write(".secret", "secret");
        Write(".well-known/security.txt", "known");
        Write("../outside.txt", "outside");
        Write("app.js", "original");
        Write("app.js.gz", "in gzip");
        Write("app.js.br", "in br");
        Write("app.js.zst", "in zstd");
        Write("stale.js", "original");
        Write("stale.js.gz", "of long ago");
        File.SetLastWriteTimeUtc(Path.Combine(root, "stale.js.gz"), Old.AddDays(-1));
        File.CreateSymbolicLink(Path.Combine(root, "inside.txt"), "ten.txt");
        File.CreateSymbolicLink(Path.Combine(root, "escape.txt"), "../outside.txt");
        using (var huge = File.OpenHandle(Path.Combine(root, "huge.bin"), FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(huge, "the end."u8, HugeSize - 8);
        }

        using var mkfifo = Process.Start("mkfifo", Path.Combine(root, "fifo.txt"));
        await mkfifo.WaitForExitAsync();

        // What has just been changed has no strong validator: neither tag nor date.
        await Task.Delay(1100);

        void Write(string name, object content)
        {
            var path = Path.GetFullPath(Path.Combine(root, name));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content as byte[] ?? System.Text.Encoding.UTF8.GetBytes((string)content));
            File.SetLastWriteTimeUtc(path, Old);
        }
    }

    public Task<Answer> GetAsync(string target, params string[] headers) => SendAsync(HttpMethod.Get, target, headers);

    /// <summary>Sends a request; TAG in a field stands for the entity tag of <c>ten.txt</c>.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string target, params string[] headers)
    {
        if (headers.Any(h => h.Contains("TAG", StringComparison.Ordinal)))
        {
            var tag = (await SendAsync(HttpMethod.Head, "/ten.txt"))["ETag"] ?? "\"none\"";
            headers = [.. headers.Select(h => h.Replace("TAG", tag, StringComparison.Ordinal))];
        }

        return await Answer.RequestAsync(client, method, target, isVerbatim, headers).WaitAsync(target.Contains("fifo", StringComparison.Ordinal) ? FifoPatience : TaskTimeoutExtensions.DefaultTimeout);
    }

    /// <summary>Frees a server that waits for the other end of the FIFO.</summary>
    public void OpenFifo() => File.OpenHandle(Path.Combine(root, "fifo.txt"), FileMode.Open, FileAccess.ReadWrite).Dispose();
}
