namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>The first thing that is wrong with some bytes.</summary>
/// <param name="Kind">What.</param>
/// <param name="Offset">Where, from the first byte given.</param>
/// <param name="Expected">What belongs there, as in "expected ...".</param>
/// <param name="StatusCode">How a server answers it.</param>
internal readonly record struct HeadFault(RequestFault Kind, int Offset, string Expected, int StatusCode = 400);
