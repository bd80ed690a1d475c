namespace Aeronet.AspNetCore.Middleware.Dashboard.Feed;

/// <summary>Figures ready to be sent, made once for all viewers.</summary>
/// <param name="number">Its place in the order of frames.</param>
/// <param name="read">When the figures were read, on the clock of <see cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="json">The figures.</param>
internal sealed class Frame(long number, long read, ReadOnlySpan<byte> json)
{
    public long Number => number;

    public long Read => read;

    /// <summary>An event of an event stream (HTML standard, server-sent events): JSON has no line breaks of its own.</summary>
    public ReadOnlyMemory<byte> Event { get; } = (byte[])[.. "data: "u8, .. json, .. "\n\n"u8];

    public ReadOnlyMemory<byte> Json => Event[6..^2];
}
