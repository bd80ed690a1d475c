namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>What is said of a file besides what its descriptor tells.</summary>
/// <param name="Path">Its path below the root, with slashes and without one in front.</param>
/// <param name="ContentType">Content type, of the original if the file is in a coding.</param>
/// <param name="CacheControl">The Cache-Control field; null for none.</param>
/// <param name="Coding">The content coding it is in; null for none.</param>
/// <param name="ContentHash">Hash of the content, in hexadecimal; null where the entity tag is made of the file's metadata.</param>
internal sealed record FileDescription(
    string Path, string ContentType, string? CacheControl = null, ContentCoding? Coding = null, string? ContentHash = null);
