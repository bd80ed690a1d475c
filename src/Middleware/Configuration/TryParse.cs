namespace Aeronet.AspNetCore.Middleware.Configuration;

/// <summary>Reads a value from its text, which has no white space around it.</summary>
internal delegate bool TryParse<T>(string text, out T value);
