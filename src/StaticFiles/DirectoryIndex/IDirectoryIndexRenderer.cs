namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>Writes the HTML page of a directory. JSON and plain text are not its business.</summary>
public interface IDirectoryIndexRenderer
{
    /// <summary>Writes one page, from <c>&lt;!DOCTYPE html&gt;</c> to the end.</summary>
    /// <param name="page">What to write. Its texts are not HTML-encoded unless their names end with <c>Html</c>.</param>
    /// <param name="output">Kept in memory until it is complete: the entity tag is made from it. UTF-8.</param>
    /// <param name="cancellationToken">Ends when the client has gone.</param>
    /// <remarks>An exception is logged and the built-in page sent.</remarks>
    Task RenderAsync(DirectoryIndexPage page, TextWriter output, CancellationToken cancellationToken);
}
