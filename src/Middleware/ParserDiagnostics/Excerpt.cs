namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>Some bytes as printable ASCII.</summary>
/// <param name="Text">The text; null where there is none.</param>
/// <param name="Caret">Where in it the byte is that it is about.</param>
internal readonly record struct Excerpt(string? Text, int Caret);
