using System.Text;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

/// <summary>Keeps lines, or refuses them.</summary>
internal sealed class CapturingSink : IAccessLogSink
{
    private readonly List<string> _lines = [];

    /// <summary>Called with every batch before it is kept.</summary>
    public Func<Task>? OnWrite { get; set; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> lines, int count, CancellationToken cancellationToken)
    {
        if (OnWrite is not null)
            await OnWrite();

        var text = Encoding.UTF8.GetString(lines.Span);
        Assert.EndsWith("\n", text);
        var split = text[..^1].Split('\n');
        Assert.Equal(count, split.Length);
        lock (_lines)
            _lines.AddRange(split);
    }

    public async Task<string> LineAsync(int index = 0)
    {
        await Eventually.HoldsAsync(() => Lines.Count > index, $"line {index} of the access log");
        return Lines[index];
    }
}
