using System.Buffers;
using System.Net;
using System.Text;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>Finds out why Kestrel has refused a request of HTTP/1, from its verdict and from the bytes that the transport holds.</summary>
internal sealed class RejectionFinder(HeadRules rules, ExcerptWriter excerpts)
{
    // How Kestrel words its verdicts on chunks, which have no number that can be seen. Unknown ones are reported without a place.
    private const string BadChunkSize = "chunk size";
    private const string BadChunkSuffix = "chunk suffix";
    private const string BadChunkExtension = "chunk extension";
    private const string UnexpectedEnd = "end of request content";

    // What of a head is worth a look beyond the server's limits: the excerpt's other end.
    private const int BeyondLimits = 1024;

    /// <summary>Finds out.</summary>
    /// <param name="features">The connection's and the request's, as Kestrel has them when it refuses.</param>
    /// <param name="error">Its verdict.</param>
    public Rejection Find(IFeatureCollection features, BadHttpRequestException error)
    {
        var connection = features.Get<IHttpConnectionFeature>();
        var rejection = new Rejection
        {
            ConnectionId = connection?.ConnectionId ?? "",
            RemoteEndPoint = connection?.RemoteIpAddress is { } address ? new IPEndPoint(address, connection.RemotePort) : null,
            StatusCode = error.StatusCode,
            Expected = ReasonOf(error),
        };
        if (features.Get<IHeldInputFeature>() is not { } held || !held.TryGetBytes(out var position, out var bytes))
        {
            return rejection;
        }

        return held.IsAccepted
            ? FindInBody(rejection, error, held, bytes.Slice(held.Consumed - position))
            : position == held.MessageStart ? FindInHead(rejection, features, bytes) : rejection;
    }

    private Rejection FindInHead(Rejection rejection, IFeatureCollection features, ReadOnlySequence<byte> held)
    {
        var longest = (long)rules.MaxRequestLineSize + rules.MaxFieldsSize + BeyondLimits;
        var bytes = held.Slice(0, Math.Min(held.Length, longest)).ToArray();

        // Empty lines before a request are skipped (RFC 9112, section 2.2).
        var start = bytes.AsSpan().IndexOfAnyExcept((byte)'\r', (byte)'\n') is var first && first < 0 ? bytes.Length : first;
        var head = bytes.AsSpan(start);
        if (features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } target && !TryRestoreTarget(head, target))
        {
            return rejection;
        }

        var isEncrypted = features.Get<ITlsConnectionFeature>() is not null;
        if (HeadScanner.Find(head, rules with { IsEncrypted = isEncrypted }) is not { } fault || !IsVerdict(fault, rejection.StatusCode))
        {
            return rejection with { Excerpt = excerpts.Write(bytes, start, start) };
        }

        var expected = fault.StatusCode != 0 ? fault.Expected
            : rejection.StatusCode == StatusCodes.Status408RequestTimeout ? $"{fault.Expected} in time"
            : $"{fault.Expected} before the end of the connection";
        return rejection.In(bytes, fault with { Expected = expected }, start, excerpts);
    }

    /// <summary>
    /// Kestrel decodes a path where it stands once it has its text: puts the bytes back. False if this is another request.
    /// </summary>
    private static bool TryRestoreTarget(Span<byte> head, string rawTarget)
    {
        var target = head.IndexOf((byte)' ') + 1;
        var end = target + rawTarget.Length;
        if (target == 0 || end >= head.Length || head[target] != rawTarget[0])
        {
            return false;
        }

        return Encoding.ASCII.GetBytes(rawTarget, head[target..]) == rawTarget.Length;
    }

    /// <summary>Whether what was found is what Kestrel means.</summary>
    private static bool IsVerdict(HeadFault fault, int? statusCode) => fault.Kind switch
    {
        // The connection ended, or time was over.
        RequestFault.HeadIncomplete => statusCode is StatusCodes.Status400BadRequest or StatusCodes.Status408RequestTimeout,

        // Kestrel counts from the end of the line, and may take part of the target for a version.
        RequestFault.VersionMissing or RequestFault.VersionInvalid or RequestFault.VersionUnsupported or RequestFault.LineEndInvalid =>
            statusCode is StatusCodes.Status400BadRequest or StatusCodes.Status505HttpVersionNotsupported,
        _ => fault.StatusCode == statusCode,
    };

    private Rejection FindInBody(Rejection rejection, BadHttpRequestException error, IHeldInputFeature held, ReadOnlySequence<byte> unread)
    {
        var offset = held.Consumed - held.MessageStart;
        var bytes = unread.Slice(0, Math.Min(unread.Length, rules.MaxFieldsSize)).ToArray();
        if (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return rejection with { Fault = RequestFault.BodyTooLarge };
        }

        if (error.StatusCode == StatusCodes.Status408RequestTimeout || Says(error, UnexpectedEnd))
        {
            return rejection with { Fault = RequestFault.BodyIncomplete, Offset = offset + unread.Length };
        }

        // What stands in the place of a chunk's frame may be its data.
        return Says(error, BadChunkSize) ? InFraming(rejection, ChunkScanner.FindInSize(bytes), offset, bytes)
            : Says(error, BadChunkSuffix) ? InFraming(rejection, ChunkScanner.AfterData, offset, bytes)
            : Says(error, BadChunkExtension)
                ? InFraming(rejection, ChunkScanner.Extension, offset - ChunkScanner.ConsumedOfExtension, [])
            : FieldLineScanner.Find(bytes, 0, rules, out _) is { StatusCode: not 0 } fault
                ? InFraming(rejection, fault, offset, bytes) with { Excerpt = excerpts.WriteFields(bytes, fault.Offset) }
            : rejection;
    }

    private Rejection InFraming(Rejection rejection, HeadFault fault, long start, ReadOnlySpan<byte> bytes) => rejection with
    {
        Fault = fault.Kind,
        Expected = fault.Expected,
        Offset = start + fault.Offset,
        Excerpt = excerpts.WriteClass(bytes, fault.Offset),
    };

    private static bool Says(BadHttpRequestException error, string words) =>
        error.Message.Contains(words, StringComparison.OrdinalIgnoreCase);

    // What follows the colon is what the client sent, secrets included.
    private static string ReasonOf(BadHttpRequestException error) =>
        error.Message.IndexOf(": ", StringComparison.Ordinal) is var colon && colon < 0
            ? error.Message.TrimEnd('.')
            : error.Message[..colon];
}
