using System.Text;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>Checks what a head says of its body's length (RFC 9112 section 6).</summary>
internal static class FramingScanner
{
    public static HeadFault? Find(ReadOnlySpan<byte> head, RequestLine line, FieldLines fields)
    {
        if (fields.TransferCodings is { } codings)
        {
            return FindInCodings(head[codings], codings.Start.Value);
        }

        var method = head[line.Method];
        return line.IsHttp10 && !fields.HasContentLength && (method.SequenceEqual("POST"u8) || method.SequenceEqual("PUT"u8))
            ? new HeadFault(RequestFault.LengthRequired, fields.End, "a Content-Length field")
            : null;
    }

    private static HeadFault? FindInCodings(ReadOnlySpan<byte> codings, int offset)
    {
        var last = codings.LastIndexOf((byte)',') + 1;
        while (last < codings.Length && codings[last] == ' ')
        {
            last++;
        }

        return Ascii.EqualsIgnoreCase(codings[last..], "chunked"u8)
            ? null
            : new HeadFault(RequestFault.TransferCodingInvalid, offset + last, "chunked as the last transfer coding");
    }
}
