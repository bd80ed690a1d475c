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
    private const string Allowed = "GET, HEAD, OPTIONS";

    private readonly FileBody _body = new(logger);
    private readonly RangeRules _rangeRules = RangeRules.From(options);
    private readonly string _mount = options.RequestPath;
    private readonly string? _fallback = string.IsNullOrEmpty(options.FallbackDocument) ? null : "/" + options.FallbackDocument;
    private readonly bool _negotiates = options.Precompressed is { Count: > 0 };
    private readonly Action<StaticFileResponse>? _onPrepareResponse = options.OnPrepareResponse;

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
        return outcome == FindOutcome.File ? AnswerAsync(context, file!) : AnswerWithoutFileAsync(context, outcome, path, mountLength);
    }

    // Nothing of that name: the fallback document, or whoever comes next.
    private Task GoOnAsync(HttpContext context, string path, int mountLength)
    {
        if (_fallback is null || !IsForFallback(context, path, mountLength))
        {
            return next(context);
        }

        switch (files.Find(_fallback, 0, out var file))
        {
            case FindOutcome.File:
                return AnswerAsync(context, file!);
            case FindOutcome.Unavailable:
                return AnswerUnavailable(context.Response);
            default:
                return next(context);
        }
    }

    private bool IsForFallback(HttpContext context, string path, int mountLength)
        => (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            && context.Response.StatusCode == StatusCodes.Status200OK
            && !path.AsSpan(path.LastIndexOf('/') + 1).Contains('.')
            && files.IsPlain(path, mountLength);

    private Task AnswerAsync(HttpContext context, OpenFile file)
    {
        var method = context.Request.Method;
        var isGet = HttpMethods.IsGet(method);
        if (!isGet && !HttpMethods.IsHead(method))
        {
            file.Release();
            return AnswerOtherMethodAsync(context);
        }

        if (_negotiates && !TryNegotiate(context, ref file))
        {
            file.Release();
            context.Response.StatusCode = StatusCodes.Status406NotAcceptable;
            return Task.CompletedTask;
        }

        var response = context.Response;
        var requestHeaders = context.Request.Headers;

        // Another status was set when an error page is served in a second run of the pipeline: it stays, and only
        // what would be a 200 is subject to preconditions (RFC 9110 section 13.2.1) and ranges.
        if (Preconditions.AreAbsent(requestHeaders) || response.StatusCode != StatusCodes.Status200OK)
        {
            FileHeaders.SetWhole(response.Headers, file);
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
                FileHeaders.SetNotModified(response, file);
                Prepare(context, file);
                file.Release();
                return Task.CompletedTask;
            case PreconditionOutcome.Failed:
                response.StatusCode = StatusCodes.Status412PreconditionFailed;
                file.Release();
                return Task.CompletedTask;
        }

        // Range is defined for GET alone (RFC 9110 section 14.2).
        var wanted = isGet && Preconditions.AllowRange(requestHeaders, file)
            ? RangeHeader.Read(requestHeaders.Range, file.Stat.Size, _rangeRules)
            : RangeSelection.Whole;
        switch (wanted.Outcome)
        {
            case RangeOutcome.Part:
                FileHeaders.SetPart(response, file, wanted.Range);
                return SendAsync(context, file, isGet, wanted.Range);
            case RangeOutcome.Parts:
                var multipart = new MultipartRanges(wanted.Parts!, file.Stat.Size, file.Description.ContentType);
                FileHeaders.SetParts(response, file, multipart);
                Prepare(context, file);
                return _body.SendPartsAsync(context, file, multipart);
            case RangeOutcome.Unsatisfiable:
                FileHeaders.SetUnsatisfiable(response, file);
                file.Release();
                return Task.CompletedTask;
            default:
                FileHeaders.SetWhole(response.Headers, file);
                return SendAsync(context, file, isGet, new ByteRange(0, file.Stat.Size));
        }
    }

    private Task SendAsync(HttpContext context, OpenFile file, bool withBody, ByteRange range)
    {
        Prepare(context, file);
        if (withBody && range.Length > 0)
        {
            return _body.SendAsync(context, file, range.Start, range.Length);
        }

        file.Release();
        return Task.CompletedTask;
    }

    /// <summary>Replaces <paramref name="file"/> by the variant that the client likes best; false when it refuses all there are.</summary>
    private static bool TryNegotiate(HttpContext context, ref OpenFile file)
    {
        var isAcceptable = AcceptEncoding.TryChoose(context.Request.Headers.AcceptEncoding, file, out var chosen);
        if (file.Variants.Length > 0 || !isAcceptable)
        {
            FileHeaders.SetVary(context.Response.Headers);
        }

        if (chosen != file)
        {
            // Alive as long as the original is.
            chosen.TryAddReference();
            file.Release();
            file = chosen;
        }

        return isAcceptable;
    }

    private void Prepare(HttpContext context, OpenFile file)
    {
        if (_onPrepareResponse is null)
        {
            return;
        }

        try
        {
            _onPrepareResponse(new StaticFileResponse(
                context, file.Description.Path, file.Stat.Size, DateTimeOffset.FromUnixTimeSeconds(file.LastModifiedSeconds)));
        }
        catch
        {
            file.Release();
            throw;
        }
    }

    private Task AnswerOtherMethodAsync(HttpContext context)
    {
        // The error page of a request of that method: its status is not to be replaced.
        var response = context.Response;
        if (response.StatusCode != StatusCodes.Status200OK)
        {
            return next(context);
        }

        // RFC 9110 sections 9.3.7 and 15.5.6.
        response.StatusCode = HttpMethods.IsOptions(context.Request.Method) ? StatusCodes.Status204NoContent : StatusCodes.Status405MethodNotAllowed;
        response.Headers.Allow = Allowed;
        return Task.CompletedTask;
    }

    private Task AnswerWithoutFileAsync(HttpContext context, FindOutcome outcome, string path, int mountLength)
    {
        var request = context.Request;
        switch (outcome)
        {
            case FindOutcome.Unavailable:
                return AnswerUnavailable(context.Response);
            case FindOutcome.DirectoryWithoutSlash when HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method):
                DirectoryRedirect.Send(context);
                return Task.CompletedTask;
            case FindOutcome.NotFound when index is not null:
                return index.InvokeAsync(context, path, mountLength, other => GoOnAsync(other, path, mountLength));
            default:
                return GoOnAsync(context, path, mountLength);
        }
    }

    private static Task AnswerUnavailable(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
