namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>The parts of a request line that is right.</summary>
/// <param name="Method">Where the method is.</param>
/// <param name="Target">Where the target is.</param>
/// <param name="IsHttp10">Whether the version is HTTP/1.0.</param>
/// <param name="End">The first byte after the line.</param>
internal readonly record struct RequestLine(Range Method, Range Target, bool IsHttp10, int End);
