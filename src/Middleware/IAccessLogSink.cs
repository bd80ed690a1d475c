namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// Takes the lines of the access log. Those registered in the services are called beside the file and the standard output, each with
/// every batch of lines, one batch after the other, off the threads that serve requests.
/// </summary>
public interface IAccessLogSink
{
    /// <summary>Writes lines. An exception is logged, and the lines count as dropped; the next batch comes all the same.</summary>
    /// <param name="lines">Whole lines in UTF-8, each with a line feed at its end. Valid until the call has completed.</param>
    /// <param name="count">How many lines they are.</param>
    /// <param name="cancellationToken">Cancelled when the host no longer waits for the log.</param>
    ValueTask WriteAsync(ReadOnlyMemory<byte> lines, int count, CancellationToken cancellationToken);
}
