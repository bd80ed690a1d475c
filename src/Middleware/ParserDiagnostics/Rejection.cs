using System.Net;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>A request that was refused while it was read.</summary>
internal sealed record Rejection
{
    public required string ConnectionId { get; init; }

    public EndPoint? RemoteEndPoint { get; init; }

    /// <summary>The status it was answered with; null where it was not answered in HTTP/1.</summary>
    public int? StatusCode { get; init; }

    public RequestFault Fault { get; init; }

    /// <summary>Bytes from the first after the message before to the first that is wrong; null where that is not known.</summary>
    public long? Offset { get; init; }

    /// <summary>The line of that byte, from 1; null in a body.</summary>
    public int? Line { get; init; }

    /// <summary>The byte of that line, from 1; null in a body.</summary>
    public int? Column { get; init; }

    /// <summary>What belongs there; where that is not known, the server's reason.</summary>
    public required string Expected { get; init; }

    public Excerpt Excerpt { get; init; }

    /// <summary>This rejection with a fault among bytes of a head.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="start">Where in them the offset of the fault counts from.</param>
    /// <param name="excerpts">How to quote them.</param>
    public Rejection In(ReadOnlySpan<byte> bytes, Scanning.HeadFault fault, int start, ExcerptWriter excerpts)
    {
        var offset = start + fault.Offset;
        var before = bytes[..Math.Min(offset, bytes.Length)];
        return this with
        {
            Fault = fault.Kind,
            Expected = fault.Expected,
            Offset = offset,
            Line = before.Count((byte)'\n') + 1,
            Column = offset - before.LastIndexOf((byte)'\n'),
            Excerpt = excerpts.Write(bytes, start, offset),
        };
    }
}
