using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>The operator's template: parsed again when its file has changed.</summary>
internal sealed class TemplateRenderer(WatchedFile file, ILogger logger) : IDirectoryIndexRenderer
{
    private readonly Lock _gate = new();

    // Guarded by _gate when written. Null while the template is broken.
    private volatile LiquidTemplate? _template;
    private int _version;

    public Task RenderAsync(DirectoryIndexPage page, TextWriter output, CancellationToken cancellationToken)
    {
        (Current() ?? LiquidTemplate.BuiltIn).Render(page, output);
        return Task.CompletedTask;
    }

    private LiquidTemplate? Current()
    {
        file.Refresh();
        if (Volatile.Read(ref _version) == file.Version)
        {
            return _template;
        }

        lock (_gate)
        {
            if (_version != file.Version)
            {
                var version = file.Version;
                _template = LiquidTemplate.Parse(file.Text, Path.GetFileName(file.Path), out var problem);
                Volatile.Write(ref _version, version);
                if (problem is not null)
                {
                    DirectoryIndexLog.TemplateBroken(logger, file.Path, problem);
                }
            }

            return _template;
        }
    }
}
