using System.Globalization;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// A format, compiled: literal bytes and what writes the values between them. In a template a field's name stands in braces, and
/// <c>{{</c> and <c>}}</c> are braces.
/// </summary>
internal sealed class AccessLogFormat
{
    private const string Common = "{remote} - {user} [{time_common}] \"{method} {target} {protocol}\" {status} {bytes}";
    private const string Combined = Common + " \"{referer}\" \"{user_agent}\"";

    private static readonly string[] JsonFields =
    [
        "time", "remote", "user", "method", "scheme", "host", "target", "protocol", "status", "bytes", "completed", "duration_ms", "referer",
        "user_agent", "route", "trace_id",
    ];

    private readonly Piece[] _pieces;

    private AccessLogFormat(IEnumerable<Piece> pieces) => _pieces = [.. pieces];

    /// <summary>Compiles a format.</summary>
    /// <param name="format">A name or a template.</param>
    /// <param name="fields">What can be in it.</param>
    /// <param name="error">What is wrong, and where, as the remedy of a message; empty if nothing is.</param>
    public static AccessLogFormat? TryCompile(string format, AccessLogFields fields, out string error)
    {
        if (format.Equals("Json", StringComparison.OrdinalIgnoreCase))
        {
            error = "";
            return new AccessLogFormat(Json(fields));
        }

        var template = format.Equals(nameof(Common), StringComparison.OrdinalIgnoreCase) ? Common
            : format.Equals(nameof(Combined), StringComparison.OrdinalIgnoreCase) ? Combined
            : format;
        if (!template.Contains('{', StringComparison.Ordinal))
        {
            error = "Common, Combined, Json, or a template with fields such as '{remote} {status}'";
            return null;
        }

        var pieces = Compile(template, fields, out error);
        return pieces is null ? null : new AccessLogFormat(pieces);
    }

    public void Write(LineWriter line, AccessLogEntry entry)
    {
        foreach (var piece in _pieces)
        {
            line.Literal(piece.Literal);
            piece.Field?.Invoke(line, entry, piece.Style);
        }

        line.Byte((byte)'\n');
    }

    private static IEnumerable<Piece> Json(AccessLogFields fields)
    {
        var separator = "{";
        foreach (var name in JsonFields)
        {
            yield return new Piece(Encoding.UTF8.GetBytes($"{separator}\"{name}\":"), fields.Find(name), ValueStyle.Json);
            separator = ",";
        }

        // At once: most of a log has either all of them or none.
        yield return new Piece([], TlsFields.WriteJson, ValueStyle.Json);
        yield return new Piece("}"u8.ToArray(), null, ValueStyle.Json);
    }

    private static List<Piece>? Compile(string template, AccessLogFields fields, out string error)
    {
        error = "";
        var pieces = new List<Piece>();
        var literal = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < template.Length; i++)
        {
            var c = template[i];
            if (c is '{' or '}' && i + 1 < template.Length && template[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c == '{')
            {
                var end = template.IndexOf('}', i);
                var name = end < 0 ? "" : template[(i + 1)..end];
                if (fields.Find(name) is not { } field)
                {
                    error = end < 0
                        ? Invariant($"a '}}' for the '{{' at position {i + 1}")
                        : Invariant($"at position {i + 1}, in place of '{{{name}}}', one of {AccessLogFields.Names}");
                    return null;
                }

                pieces.Add(new Piece(Take(literal), field, isQuoted ? ValueStyle.Quoted : ValueStyle.Bare));
                i = end;
            }
            else if (c == '}')
            {
                error = Invariant($"'}}}}' at position {i + 1} for a brace, or a '{{' before it");
                return null;
            }
            else if (char.IsControl(c) && c != '\t')
            {
                error = Invariant($"another character at position {i + 1}, for a line is one line");
                return null;
            }
            else
            {
                isQuoted ^= c == '"';
                literal.Append(c);
            }
        }

        pieces.Add(new Piece(Take(literal), null, ValueStyle.Bare));
        return pieces;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static byte[] Take(StringBuilder literal)
    {
        var bytes = Encoding.UTF8.GetBytes(literal.ToString());
        literal.Clear();
        return bytes;
    }

    private readonly record struct Piece(byte[] Literal, FieldWriter? Field, ValueStyle Style);
}
