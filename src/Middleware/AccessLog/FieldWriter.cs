namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Writes one value of a line.</summary>
internal delegate void FieldWriter(LineWriter line, AccessLogEntry entry, ValueStyle style);
