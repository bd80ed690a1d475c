namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Makes what is served of what was opened.</summary>
internal sealed class OpenFileFactory(AeronetStaticFileOptions options)
{
    private readonly CacheControlPolicy _cacheControl = new(options);
    private readonly bool _tagsByContent = options.EntityTags == EntityTagSource.ContentHash;

    /// <summary>Takes over the handles of <paramref name="opened"/> and of its siblings.</summary>
    public OpenFile Create(string path, string contentType, in OpenResult opened, OpenedSibling[] siblings)
    {
        var description = new FileDescription(path, contentType, _cacheControl.For(path), IsTaggedByContent: _tagsByContent);
        var variants = siblings.Length == 0 ? [] : new OpenFile[siblings.Length];
        for (var i = 0; i < siblings.Length; i++)
        {
            var (coding, sibling) = siblings[i];
            variants[i] = new OpenFile(sibling.Handle!, sibling.Stat, Tagged(description with { Coding = coding }, sibling.ContentHash));
        }

        return new OpenFile(opened.Handle!, opened.Stat, Tagged(description, opened.ContentHash), variants);
    }

    private static FileDescription Tagged(FileDescription description, string? hash)
        => hash is null ? description : description with { IsTaggedByContent = true, ContentHash = hash };
}
