using System.Text;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Fuzz;

/// <summary>Takes an input apart: numbers first, then lines, which hold whatever bytes there are but LF.</summary>
internal ref struct Fields(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    internal readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>The next byte; 0 where there is none.</summary>
    internal byte Byte()
    {
        if (_rest.IsEmpty)
            return 0;

        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    /// <summary>One of several, by the next byte.</summary>
    internal T OneOf<T>(params ReadOnlySpan<T> values) => values[Byte() % values.Length];

    internal ReadOnlySpan<byte> Line()
    {
        var end = _rest.IndexOf((byte)'\n');
        var line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return line;
    }

    /// <summary>The next line, each byte a character.</summary>
    internal string Text() => Encoding.Latin1.GetString(Line());

    /// <summary>The next line as a header: absent where it is empty; CR parts it into several.</summary>
    internal StringValues Header() => Text() is { Length: > 0 } text ? new StringValues(text.Split('\r')) : StringValues.Empty;
}
