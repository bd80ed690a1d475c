namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Writes lines to the standard output, past the encoding of <see cref="Console"/>.</summary>
internal sealed class StdoutSink : IAccessLogSink
{
    private readonly Stream _stdout = Console.OpenStandardOutput();

    public ValueTask WriteAsync(ReadOnlyMemory<byte> lines, int count, CancellationToken cancellationToken)
    {
        _stdout.Write(lines.Span);
        return ValueTask.CompletedTask;
    }
}
