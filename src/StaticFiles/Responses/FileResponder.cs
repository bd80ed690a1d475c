using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Responses;

/// <summary>Answers GET and HEAD for a file that was found: which representation of it, under which conditions, and how much.</summary>
internal sealed class FileResponder(FileFinder files, AeronetStaticFileOptions options, ILogger logger)
{
    private readonly FileBody _body = new(logger);
    private readonly RangeRules _rangeRules = RangeRules.From(options);
    private readonly bool _negotiates = options.Precompressed is { Count: > 0 };
    private readonly Action<StaticFileResponse>? _onPrepareResponse = options.OnPrepareResponse;

    /// <summary>Answers.</summary>
    /// <param name="context">A request of one of the two methods.</param>
    /// <param name="file">The file; the caller's reference to it is given back at the end.</param>
    public Task AnswerAsync(HttpContext context, OpenFile file)
    {
        var chosen = file;
        if (_negotiates && !TryNegotiate(context, file, out chosen))
        {
            file.Release();
            context.Response.StatusCode = StatusCodes.Status406NotAcceptable;
            return Task.CompletedTask;
        }

        var tagging = files.TagAsync(chosen);
        if (chosen != file && context.Request.Headers.Range.Count > 0 && files.TagAsync(file) is { } taggingOriginal)
        {
            tagging = tagging is null ? taggingOriginal : Task.WhenAll(tagging, taggingOriginal);
        }

        return tagging is null ? AnswerTaggedAsync(context, file, chosen) : AnswerAfterAsync(tagging, context, file, chosen);
    }

    private async Task AnswerAfterAsync(Task tagging, HttpContext context, OpenFile file, OpenFile chosen)
    {
        // A large file may take longer than the client cares to wait.
        await tagging.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (context.RequestAborted.IsCancellationRequested)
        {
            file.Release();
            return;
        }

        await AnswerTaggedAsync(context, file, chosen);
    }

    private Task AnswerTaggedAsync(HttpContext context, OpenFile file, OpenFile chosen)
    {
        // Another status was set when an error page is served in a second run of the pipeline: it stays, and only
        // what would be a 200 is subject to preconditions (RFC 9110 section 13.2.1) and ranges.
        return Preconditions.AreAbsent(context.Request.Headers) || context.Response.StatusCode != StatusCodes.Status200OK
            ? SendWholeAsync(context, file, chosen)
            : AnswerConditionallyAsync(context, file, chosen);
    }

    private Task AnswerConditionallyAsync(HttpContext context, OpenFile file, OpenFile chosen)
    {
        var response = context.Response;
        var source = SourceOfParts(context.Request, file, chosen, out var wanted);

        // Of what is sent: who loads a file in parts names the version of those.
        var selected = source ?? chosen;
        switch (Preconditions.Evaluate(context.Request.Headers, selected))
        {
            case PreconditionOutcome.NotModified:
                FileHeaders.SetNotModified(response, selected);
                Prepare(context, Take(file, selected)).Release();
                return Task.CompletedTask;
            case PreconditionOutcome.Failed:
                response.StatusCode = StatusCodes.Status412PreconditionFailed;
                file.Release();
                return Task.CompletedTask;
        }

        return source is null ? SendWholeAsync(context, file, chosen) : AnswerRangeAsync(context, file, source, wanted);
    }

    /// <summary>The representation that parts are sent of; null where the whole of the chosen one is.</summary>
    private OpenFile? SourceOfParts(HttpRequest request, OpenFile file, OpenFile chosen, out RangeSelection wanted)
    {
        wanted = default;

        // Range is defined for GET alone (RFC 9110 section 14.2).
        var headers = request.Headers;
        if (headers.Range.Count == 0 || !RequestMethod.IsGet(request.Method)
            || PartialContent.For(headers, file, chosen) is not { File: { } source } partial)
        {
            return null;
        }

        wanted = RangeHeader.Read(headers.Range, source.Stat.Size, _rangeRules);
        var isAnswered = wanted.Outcome is RangeOutcome.Part or RangeOutcome.Unsatisfiable
            || (wanted.Outcome == RangeOutcome.Parts && partial.AllowsSeveral);
        return isAnswered ? source : null;
    }

    private Task AnswerRangeAsync(HttpContext context, OpenFile file, OpenFile source, in RangeSelection wanted)
    {
        var response = context.Response;
        switch (wanted.Outcome)
        {
            case RangeOutcome.Part:
                FileHeaders.SetPart(response, source, wanted.Range);
                return SendAsync(context, Take(file, source), wanted.Range);
            case RangeOutcome.Parts:
                var multipart = new MultipartRanges(wanted.Parts!, source.Stat.Size, source.Description.ContentType);
                FileHeaders.SetParts(response, source, multipart);
                return _body.SendPartsAsync(context, Prepare(context, Take(file, source)), multipart);
            default:
                FileHeaders.SetUnsatisfiable(response, source);
                file.Release();
                return Task.CompletedTask;
        }
    }

    private Task SendWholeAsync(HttpContext context, OpenFile file, OpenFile chosen)
    {
        FileHeaders.SetWhole(context.Response.Headers, chosen);
        return SendAsync(context, Take(file, chosen), new ByteRange(0, chosen.Stat.Size));
    }

    private Task SendAsync(HttpContext context, OpenFile file, ByteRange range)
    {
        Prepare(context, file);
        if (range.Length > 0 && RequestMethod.IsGet(context.Request.Method))
        {
            return _body.SendAsync(context, file, range.Start, range.Length);
        }

        file.Release();
        return Task.CompletedTask;
    }

    /// <summary>The representation that the client likes best; false when it refuses all there are.</summary>
    private static bool TryNegotiate(HttpContext context, OpenFile file, out OpenFile chosen)
    {
        var isAcceptable = AcceptEncoding.TryChoose(context.Request.Headers.AcceptEncoding, file, out chosen);
        if (file.Variants.Length > 0 || !isAcceptable)
        {
            FileHeaders.SetVary(context.Response.Headers);
        }

        return isAcceptable;
    }

    /// <summary>Exchanges the reference to a file for one to a variant of it, or to itself.</summary>
    private static OpenFile Take(OpenFile file, OpenFile chosen)
    {
        if (chosen != file)
        {
            // Alive as long as the original is.
            chosen.TryAddReference();
            file.Release();
        }

        return chosen;
    }

    private OpenFile Prepare(HttpContext context, OpenFile file)
    {
        if (_onPrepareResponse is null)
        {
            return file;
        }

        try
        {
            _onPrepareResponse(new StaticFileResponse(
                context, file.Description.Path, file.Stat.Size, DateTimeOffset.FromUnixTimeSeconds(file.LastModifiedSeconds)));
            return file;
        }
        catch
        {
            file.Release();
            throw;
        }
    }
}
