using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex.Rendering;

/// <summary>Writes the HTML page: by the operator's renderer or template, or, where they fail, the built-in one.</summary>
internal sealed class PageWriter(IDirectoryIndexRenderer? renderer, ILogger logger)
{
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

        return await RenderedBody.CreateAsync(output =>
        {
            LiquidTemplate.BuiltIn.Render(page, output);
            return Task.CompletedTask;
        });
    }
}
