using System.Text;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex.Listing;

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

            directory = new ProviderOpenDirectory(provider, name, contents);
            return OpenOutcome.Directory;
        }
        catch (Exception error) when (error is DecoderFallbackException or DirectoryNotFoundException)
        {
            // Names of a provider are text.
            return OpenOutcome.NotFound;
        }
        catch (UnauthorizedAccessException)
        {
            return OpenOutcome.Denied;
        }
        catch (IOException)
        {
            return OpenOutcome.Unavailable;
        }
    }
}
