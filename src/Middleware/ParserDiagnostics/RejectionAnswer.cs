using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>What a client is told of a refusal, in place of Kestrel's answer.</summary>
internal static class RejectionAnswer
{
    /// <summary>
    /// A fatal alert, unexpected_message (RFC 8446 section 6.2), in a record without encryption: what a TLS client can read. Its meaning
    /// is that a ClientHello does not belong here; alerts about versions or ciphers would make some clients try others.
    /// </summary>
    public static ReadOnlySpan<byte> TlsAlert => [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x0a];

    /// <summary>A whole response that says what the log says.</summary>
    /// <param name="rejection">What was refused.</param>
    /// <param name="headers">The fields Kestrel would answer with.</param>
    public static byte[] Response(Rejection rejection, IHeaderDictionary headers)
    {
        var body = Body(rejection);
        var status = rejection.StatusCode ?? StatusCodes.Status400BadRequest;
        var text = new StringBuilder(512)
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n")
            .Append("Connection: close\r\nContent-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n");
        foreach (var name in (string[])["Date", "Server", "Allow"])
        {
            if (headers[name] is { Count: > 0 } value)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            }
        }

        return Encoding.ASCII.GetBytes(text.Append("\r\n").Append(body).ToString());
    }

    private static string Body(Rejection rejection)
    {
        var text = new StringBuilder(256).Append(CultureInfo.InvariantCulture, $"{rejection.Fault} at byte {rejection.Offset}");
        if (rejection.Line is { } line)
        {
            text.Append(CultureInfo.InvariantCulture, $", line {line}, column {rejection.Column}");
        }

        text.Append(CultureInfo.InvariantCulture, $": expected {rejection.Expected}\n");
        if (rejection.Excerpt.Text is { } excerpt)
        {
            text.Append('\n').Append(excerpt).Append('\n').Append(' ', rejection.Excerpt.Caret).Append("^\n");
        }

        return text.ToString();
    }
}
