using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>A response that is about to be sent, for <see cref="AeronetStaticFileOptions.OnPrepareResponse"/>.</summary>
public sealed class StaticFileResponse
{
    internal StaticFileResponse(HttpContext httpContext, string path, long length, DateTimeOffset lastModified)
    {
        HttpContext = httpContext;
        Path = path;
        Length = length;
        LastModified = lastModified;
    }

    /// <summary>The request and the response. Fields may be changed; Content-Length, Content-Range and the body belong to the file.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>Path of the file below the root, with slashes, without one in front: of a default document its own, not the directory's.</summary>
    public string Path { get; }

    /// <summary>Bytes of the whole file, or of its variant in the chosen content coding.</summary>
    public long Length { get; }

    /// <summary>When the file was changed last, in whole seconds.</summary>
    public DateTimeOffset LastModified { get; }
}
