using System.Text;
using Aeronet.AspNetCore.StaticFiles.Names;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.StaticFiles.Responses;

/// <summary>Sends a client that left out a directory's trailing slash to the path with it; the query stays.</summary>
internal static class DirectoryRedirect
{
    public static void Send(HttpContext context)
    {
        // A path and not a whole URL: the Host field is the client's word.
        var request = context.Request;
        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location =
            request.PathBase.ToUriComponent() + Encode(request.Path.Value ?? "") + "/" + request.QueryString.ToUriComponent();
    }

    // PathString takes "%41" for encoded already, and a decoded path may have it in a name.
    private static string Encode(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var restored = new byte[bytes.Length];
        return HrefName.OfPath(UndecodedBytes.TryRestore(bytes, restored, out var length) ? restored.AsSpan(0, length) : bytes);
    }
}
