using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Listings;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Aeronet.AspNetCore.StaticFiles.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Hosting;

/// <summary>Answers requests for files; any other request goes on to the next middleware.</summary>
internal sealed class StaticFileMiddleware(
    RequestDelegate next, FileFinder files, AeronetStaticFileOptions options, ILogger logger, DirectoryIndexHandler? index = null)
{
    private readonly FileResponder _responder = new(files, options, logger);
    private readonly string _mount = options.RequestPath;
    private readonly string? _fallback = string.IsNullOrEmpty(options.FallbackDocument) ? null : "/" + options.FallbackDocument;

    public Task InvokeAsync(HttpContext context)
    {
        // Routing may have found something more particular than a file.
        var path = context.Request.Path.Value ?? "";
        return context.GetEndpoint()?.RequestDelegate is null && path.StartsWith(_mount, StringComparison.OrdinalIgnoreCase)
            ? ServeAsync(context, path, _mount.Length)
            : next(context);
    }

    /// <summary>Answers a request for what is below the mount.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">Its path.</param>
    /// <param name="mountLength">How much of the path is the mount's own.</param>
    public Task ServeAsync(HttpContext context, string path, int mountLength)
    {
        var outcome = files.Find(path, mountLength, out var file);
        return outcome != FindOutcome.File ? AnswerWithoutFileAsync(context, outcome, path, mountLength)
            : RequestMethod.IsGetOrHead(context.Request.Method) ? _responder.AnswerAsync(context, file!)
            : AnswerOtherMethodAsync(context, file!, path);
    }

    // Nothing of that name: the fallback document, or whoever comes next.
    private Task GoOnAsync(HttpContext context, string path, int mountLength)
    {
        if (_fallback is null || !IsForFallback(context, path, mountLength))
        {
            return next(context);
        }

        return files.Find(_fallback, 0, out var file) switch
        {
            FindOutcome.File => _responder.AnswerAsync(context, file!),
            FindOutcome.Denied => Answer(context.Response, StatusCodes.Status403Forbidden),
            FindOutcome.Unavailable => Answer(context.Response, StatusCodes.Status503ServiceUnavailable),
            _ => next(context),
        };
    }

    private bool IsForFallback(HttpContext context, string path, int mountLength)
        => RequestMethod.IsGetOrHead(context.Request.Method)
            && context.Response.StatusCode == StatusCodes.Status200OK
            && !path.AsSpan(path.LastIndexOf('/') + 1).Contains('.')
            && files.IsPlain(path, mountLength);

    private Task AnswerOtherMethodAsync(HttpContext context, OpenFile file, string path)
    {
        file.Release();

        // A directory's path is not its default document's: the form on it may be posted there. And of an error page for a request of
        // that method, the status is not to be replaced.
        var response = context.Response;
        if (path.EndsWith('/') || response.StatusCode != StatusCodes.Status200OK)
        {
            return next(context);
        }

        // RFC 9110 sections 9.3.7 and 15.5.6.
        response.StatusCode = RequestMethod.IsOptions(context.Request.Method) ? StatusCodes.Status204NoContent : StatusCodes.Status405MethodNotAllowed;
        response.Headers.Allow = RequestMethod.AllowedOnFiles;
        return Task.CompletedTask;
    }

    private Task AnswerWithoutFileAsync(HttpContext context, FindOutcome outcome, string path, int mountLength)
    {
        var isRead = RequestMethod.IsGetOrHead(context.Request.Method);
        switch (outcome)
        {
            case FindOutcome.Unavailable:
                return Answer(context.Response, StatusCodes.Status503ServiceUnavailable);
            case FindOutcome.Denied when isRead && context.Response.StatusCode == StatusCodes.Status200OK:
                return Answer(context.Response, StatusCodes.Status403Forbidden);
            case FindOutcome.DirectoryWithoutSlash when isRead:
                DirectoryRedirect.Send(context);
                return Task.CompletedTask;
            case FindOutcome.NotFound when index is not null:
                return index.InvokeAsync(context, path, mountLength, other => GoOnAsync(other, path, mountLength));
            default:
                return GoOnAsync(context, path, mountLength);
        }
    }

    // Both may be over in a moment: no cache is to keep them.
    private static Task Answer(HttpResponse response, int status)
    {
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
