using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Microsoft.Extensions.Logging;
using Scriban.Syntax;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>Writes the HTML page: by the operator's renderer or template, or, where they fail, the built-in one.</summary>
internal sealed class PageWriter(IDirectoryIndexRenderer? renderer, ILogger logger)
{
    /// <exception cref="PageTooLargeException">The built-in page would have more bytes than are kept for one.</exception>
    public async Task<RenderedBody> WriteAsync(DirectoryIndexPage page, CancellationToken cancellationToken)
    {
        if (renderer is not null)
        {
            try
            {
                return await RenderedBody.CreateAsync(output => renderer.RenderAsync(page, output, cancellationToken));
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                DirectoryIndexLog.RendererFailed(logger, page.Path, error);
            }
        }

        try
        {
            return await RenderedBody.CreateAsync(output =>
            {
                LiquidTemplate.BuiltIn.Render(page, output);
                return Task.CompletedTask;
            });
        }
        catch (ScriptRuntimeException error)
        {
            // There is nothing wrong with that template: a bound is exceeded.
            throw new PageTooLargeException(RenderedBody.MaxBytes, error);
        }
    }
}
