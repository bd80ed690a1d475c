namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>An event about a refused request.</summary>
internal sealed record Refusal(
    int? StatusCode, string Fault, long? Offset, int? Line, int? Column, string Expected, string? Excerpt, string Message);
