using System.Net;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>
/// A text in a log message. It is escaped when a sink asks for it, so an event that nobody listens to pays nothing, and no call can
/// forget it: every text of every [LoggerMessage] is one of these.
/// </summary>
internal readonly struct LogText : IFormattable
{
    // What a null looks like in messages of Microsoft.Extensions.Logging.
    private const string Nothing = "(null)";

    private readonly object? _value;

    private LogText(object? value) => _value = value;

    public static implicit operator LogText(string? text) => new(text);

    /// <summary>An address: that of a Unix socket is a path, and the peer's is one that the peer chose.</summary>
    public static implicit operator LogText(EndPoint? endPoint) => new(endPoint);

    /// <summary>The text, or a value of null, which sinks with named values tell from a text.</summary>
    public static LogText? OrNull(object? value) => value is null ? default(LogText?) : new LogText(value);

    public override string ToString() => _value?.ToString() is { } text ? PrintableText.Escape(text) : Nothing;

    /// <summary>Sinks write what is formattable as text, and may look into other objects for properties.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();
}
