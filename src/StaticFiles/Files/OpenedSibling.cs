namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>A file found beside another that holds the same content in a coding; whoever has it owns the handle.</summary>
internal readonly record struct OpenedSibling(ContentCoding Coding, OpenResult Opened);
