namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>A request that Kestrel refuses, and what is to be said of it.</summary>
/// <param name="Name">What is wrong, for the name of the test.</param>
/// <param name="Marked">The bytes as Latin-1 text, with <see cref="Mark"/> before the first wrong one.</param>
/// <param name="Fault">The fault reported.</param>
/// <param name="Expected">Words from what is expected.</param>
/// <param name="StatusCode">The answer.</param>
public sealed record MalformedRequest(string Name, string Marked, string Fault, string Expected, int StatusCode = 400)
{
    /// <summary>Stands before the first byte that is wrong.</summary>
    public const char Mark = '\u25b6';

    /// <summary>Whether the client ends its side after the bytes.</summary>
    public bool Ends { get; init; }

    /// <summary>Whether the place is in the body, which has no lines.</summary>
    public bool IsInBody { get; init; }

    /// <summary>What is sent.</summary>
    public string Text => Marked.Replace(Mark.ToString(), "", StringComparison.Ordinal);

    /// <summary>The place, from the first byte.</summary>
    public int Offset => Marked.IndexOf(Mark, StringComparison.Ordinal);

    /// <summary>The line of the place, from 1.</summary>
    public int? Line => IsInBody ? null : Marked[..Offset].Split('\n').Length;

    /// <summary>The byte of the line, from 1.</summary>
    public int? Column => IsInBody ? null : Marked[..Offset].Split('\n')[^1].Length + 1;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
