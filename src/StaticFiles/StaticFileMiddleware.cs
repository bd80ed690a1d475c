using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Aeronet.AspNetCore.StaticFiles.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>Answers requests for files; any other request goes on to the next middleware.</summary>
internal sealed class StaticFileMiddleware(
    RequestDelegate next, FileFinder files, AeronetStaticFileOptions options, ILogger logger, DirectoryIndexHandler? index = null)
{
    private readonly FileHeaders _headers = new(options.CacheControl);
    private readonly FileBody _body = new(logger);

    public Task InvokeAsync(HttpContext context)
    {
        // Routing has found something more particular than a file.
        if (context.GetEndpoint()?.RequestDelegate is not null)
        {
            return next(context);
        }

        var outcome = files.Find(context.Request.Path.Value ?? "", out var file);
        return outcome == FindOutcome.File ? AnswerAsync(context, file!) : AnswerWithoutFileAsync(context, outcome);
    }

    private Task AnswerAsync(HttpContext context, OpenFile file)
    {
        var method = context.Request.Method;
        var isGet = HttpMethods.IsGet(method);
        if (!isGet && !HttpMethods.IsHead(method))
        {
            file.Release();
            return RefuseMethodAsync(context);
        }

        var response = context.Response;
        var requestHeaders = context.Request.Headers;

        // Another status was set when an error page is served in a second run of the pipeline: it stays, and only
        // what would be a 200 is subject to preconditions (RFC 9110 section 13.2.1) and ranges.
        if (Preconditions.AreAbsent(requestHeaders) || response.StatusCode != StatusCodes.Status200OK)
        {
            _headers.SetWhole(response.Headers, file);
            return SendAsync(context, file, isGet, new ByteRange(0, file.Stat.Size));
        }

        return AnswerConditionallyAsync(context, file, isGet);
    }

    private Task AnswerConditionallyAsync(HttpContext context, OpenFile file, bool isGet)
    {
        var requestHeaders = context.Request.Headers;
        var response = context.Response;
        switch (Preconditions.Evaluate(requestHeaders, file))
        {
            case PreconditionOutcome.NotModified:
                _headers.SetNotModified(response, file);
                file.Release();
                return Task.CompletedTask;
            case PreconditionOutcome.Failed:
                response.StatusCode = StatusCodes.Status412PreconditionFailed;
                file.Release();
                return Task.CompletedTask;
        }

        // Range is defined for GET alone (RFC 9110 section 14.2).
        var range = default(ByteRange);
        var wanted = isGet && Preconditions.AllowRange(requestHeaders, file)
            ? RangeHeader.Read(requestHeaders.Range, file.Stat.Size, out range)
            : RangeOutcome.Whole;
        switch (wanted)
        {
            case RangeOutcome.Part:
                _headers.SetPart(response, file, range);
                return SendAsync(context, file, isGet, range);
            case RangeOutcome.Unsatisfiable:
                FileHeaders.SetUnsatisfiable(response, file);
                file.Release();
                return Task.CompletedTask;
            default:
                _headers.SetWhole(response.Headers, file);
                return SendAsync(context, file, isGet, new ByteRange(0, file.Stat.Size));
        }
    }

    private Task SendAsync(HttpContext context, OpenFile file, bool withBody, ByteRange range)
    {
        if (withBody && range.Length > 0)
        {
            return _body.SendAsync(context, file, range.Start, range.Length);
        }

        file.Release();
        return Task.CompletedTask;
    }

    private Task RefuseMethodAsync(HttpContext context)
    {
        // The error page of a request of that method: its status is not to be replaced.
        if (context.Response.StatusCode != StatusCodes.Status200OK)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = "GET, HEAD";
        return Task.CompletedTask;
    }

    private Task AnswerWithoutFileAsync(HttpContext context, FindOutcome outcome)
    {
        var request = context.Request;
        switch (outcome)
        {
            case FindOutcome.Unavailable:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.CacheControl = "no-store";
                return Task.CompletedTask;
            case FindOutcome.DirectoryWithoutSlash when HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method):
                DirectoryRedirect.Send(context);
                return Task.CompletedTask;
            case FindOutcome.NotFound when index is not null && request.Path.StartsWithSegments(options.RequestPath):
                return index.InvokeAsync(context, request.Path.Value ?? "", options.RequestPath.Length, next);
            default:
                return next(context);
        }
    }
}
