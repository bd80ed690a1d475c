using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Microsoft.Extensions.FileProviders;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Directories as the provider tells of them.</summary>
internal sealed partial class ProviderFileRoot : IDirectoryRoot
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public OpenOutcome OpenDirectory(ReadOnlySpan<byte> path, out IOpenDirectory? directory)
    {
        directory = null;
        try
        {
            var name = "/" + Strict.GetString(path[..^1]);
            var contents = provider.GetDirectoryContents(name);
            if (!contents.Exists)
            {
                return OpenOutcome.NotFound;
            }

            // Of which all belongs to another layer, that layer tells; it may have reasons to say nothing.
            if (except is not null && !contents.Any(IsOwn))
            {
                return OpenOutcome.NotFound;
            }

            directory = new ProviderOpenDirectory(provider, name, except is null ? contents : contents.Where(IsOwn));
            return OpenOutcome.Directory;
        }
        catch (Exception error) when (error is DecoderFallbackException or DirectoryNotFoundException)
        {
            // Names of a provider are text.
            return OpenOutcome.NotFound;
        }
        catch (UnauthorizedAccessException)
        {
            return except is null ? OpenOutcome.Denied : OpenOutcome.NotFound;
        }
        catch (IOException)
        {
            return OpenOutcome.Unavailable;
        }
    }

    private bool IsOwn(IFileInfo entry) => entry.PhysicalPath is not { } path || !except!.Has(path);
}
