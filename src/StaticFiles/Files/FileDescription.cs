namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>What is said of a file besides what its descriptor tells.</summary>
/// <param name="Path">Its path below the root, with slashes and without one in front.</param>
/// <param name="ContentType">Content type, of the original if the file is in a coding.</param>
/// <param name="CacheControl">The Cache-Control field; null for none.</param>
/// <param name="Coding">The content coding it is in; null for none.</param>
/// <param name="IsTaggedByContent">Whether the entity tag is the content's hash; otherwise it is made of the file's metadata.</param>
/// <param name="ContentHash">The hash, in hexadecimal, where it is known from the start.</param>
internal sealed record FileDescription(
    string Path,
    string ContentType,
    string? CacheControl = null,
    ContentCoding? Coding = null,
    bool IsTaggedByContent = false,
    string? ContentHash = null);
