using System.Text;

namespace Aeronet.Testing;

/// <summary>An HTTP/1.x response as it came over the wire.</summary>
public sealed class RawResponse
{
    internal RawResponse(string head)
    {
        Head = head;
        var lines = head.Split("\r\n");
        var status = lines[0].Split(' ', 3);
        Version = status[0];
        StatusCode = int.Parse(status[1]);
        Headers = [.. lines.Skip(1).Where(l => l.Length > 0).Select(ParseHeader)];
    }

    /// <summary>The status line and the header lines.</summary>
    public string Head { get; }

    /// <summary>Such as <c>HTTP/1.1</c>.</summary>
    public string Version { get; }

    /// <summary>The status code.</summary>
    public int StatusCode { get; }

    /// <summary>The header fields in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>The fields after a chunked body.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers { get; internal set; } = [];

    /// <summary>The body with its chunk framing removed.</summary>
    public byte[] Body { get; internal set; } = [];

    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The first value of a header field, or null.</summary>
    public string? this[string name]
        => Headers.FirstOrDefault(h => string.Equals(h.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <inheritdoc/>
    public override string ToString() => $"{Head} + {Body.Length} bytes of body";

    internal static KeyValuePair<string, string> ParseHeader(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
            throw new InvalidDataException($"Not a header line: '{line}'.");

        return new KeyValuePair<string, string>(line[..colon], line[(colon + 1)..].Trim());
    }
}
