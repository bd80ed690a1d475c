using System.Text;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Aeronet.AspNetCore.StaticFiles.Listings.Rendering;
using Aeronet.AspNetCore.StaticFiles.Listings.Requests;
using Aeronet.AspNetCore.StaticFiles.Names;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Aeronet.AspNetCore.StaticFiles.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Listings;

/// <summary>Answers requests for directories that have no default document with a list; any other request goes on.</summary>
internal sealed class DirectoryIndexHandler : IDisposable
{
    // For clients that read all of it anyway.
    private const int MachinePageSize = IndexQuery.MaxLimit;

    // What a query may ask for beyond the configured size: a row of HTML costs ten times what a line of text does.
    private const int MaxHtmlPageSize = 1000;

    // Entries; about a millisecond of HTML. More are written off the loop.
    private const int QuicklyRendered = 256;

    private readonly IDirectoryRoot _directories;
    private readonly bool _serveHidden;
    private readonly DirectoryIndexOptions _options;
    private readonly SnapshotCache _snapshots;
    private readonly Branding _branding;
    private readonly ReadmeSource? _readme;
    private readonly PageWriter _pages;
    private readonly ILogger _logger;

    private DirectoryIndexHandler(
        IFileRoot root, IDirectoryRoot directories, AeronetStaticFileOptions options, EntryRules rules, string contentRoot, ILogger logger)
    {
        _directories = directories;
        _serveHidden = options.ServeHidden;
        _options = options.DirectoryIndex;
        _logger = logger;
        _snapshots = new SnapshotCache(rules, _options);
        _branding = new Branding(_options, contentRoot, logger);
        _readme = _options.Readme ? new ReadmeSource(root, _snapshots.Memory, logger) : null;
        _pages = new PageWriter(RendererOf(_options, contentRoot, logger), logger);
    }

    /// <summary>The handler, or null where directories are not to be listed or the root has none.</summary>
    /// <param name="root">The mount's root.</param>
    /// <param name="options">The mount's options, validated.</param>
    /// <param name="isServedType">Whether a file of that name has a content type that is served.</param>
    /// <param name="contentRoot">Where relative paths of files start.</param>
    /// <param name="logger">The mount's logger.</param>
    public static DirectoryIndexHandler? Create(
        IFileRoot root, AeronetStaticFileOptions options, Func<string, bool> isServedType, string contentRoot, ILogger logger)
    {
        if (!options.DirectoryIndex.Enabled || root is not IDirectoryRoot directories)
        {
            return null;
        }

        // Only ASCII decides about a type, so it does not matter what other bytes become.
        var rules = new EntryRules(
            options.ServeHidden, options.ServeUnknownFileTypes ? null : name => isServedType(Encoding.UTF8.GetString(name)));
        return new DirectoryIndexHandler(root, directories, options, rules, contentRoot, logger);
    }

    /// <summary>Answers a request for a directory, or passes it on.</summary>
    /// <param name="context">The request.</param>
    /// <param name="requestPath">Its path; begins with the mount's.</param>
    /// <param name="mountLength">How much of the path is the mount's own.</param>
    /// <param name="next">Gets what is no directory.</param>
    public Task InvokeAsync(HttpContext context, string requestPath, int mountLength, RequestDelegate next)
    {
        // The second run of the pipeline for an error page: a list is none. Other methods are for whoever has a use for them there.
        if (context.Response.StatusCode != StatusCodes.Status200OK || !RequestMethod.IsGetOrHead(context.Request.Method))
        {
            return next(context);
        }

        switch (Open(requestPath, mountLength, out var path, out var directory, out var hasSlash))
        {
            case OpenOutcome.Directory:
                break;
            case OpenOutcome.Denied:
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                context.Response.Headers.CacheControl = "no-store";
                return Task.CompletedTask;
            case OpenOutcome.Unavailable:
                SetUnavailable(context.Response);
                return Task.CompletedTask;
            default:
                return next(context);
        }

        if (!hasSlash)
        {
            directory!.Dispose();
            DirectoryRedirect.Send(context);
            return Task.CompletedTask;
        }

        return AnswerAsync(context, requestPath[..mountLength], path, directory!);
    }

    public void Dispose() => _snapshots.Dispose();

    private OpenOutcome Open(
        string requestPath, int mountLength, out byte[] path, out IOpenDirectory? directory, out bool hasSlash)
    {
        Span<byte> buffer = stackalloc byte[RelativePath.MaxBytes];
        (path, directory, hasSlash) = ([], null, false);
        if (!RelativePath.TryRead(requestPath, mountLength, _serveHidden, buffer, out var relative))
        {
            return OpenOutcome.NotFound;
        }

        hasSlash = relative.IsDirectory;
        var name = relative.Terminated;
        var outcome = _directories.OpenDirectory(name, out directory);
        if (outcome == OpenOutcome.NotFound)
        {
            Span<byte> restored = stackalloc byte[RelativePath.MaxBytes];
            if (UndecodedBytes.TryRestore(name, restored, out var length))
            {
                name = restored[..length];
                outcome = _directories.OpenDirectory(name, out directory);
            }
        }

        path = name[..^1].ToArray();
        return outcome;
    }

    private async Task AnswerAsync(HttpContext context, string mount, byte[] path, IOpenDirectory directory)
    {
        var request = context.Request;
        if (await _snapshots.GetAsync(Convert.ToHexString(path), path, directory) is not { } snapshot)
        {
            DirectoryIndexLog.DirectoryUnreadable(_logger, $"{mount}/{ShownName.Of(path)}");
            SetUnavailable(context.Response);
            return;
        }

        var format = IndexFormatChoice.Of(request);
        var query = IndexQuery.Read(request.Query);
        var slice = format == IndexFormat.Html
            ? new IndexSlice(snapshot, query, _options.PageSize, Math.Max(_options.PageSize, MaxHtmlPageSize))
            : new IndexSlice(snapshot, query, MachinePageSize, MachinePageSize);
        await snapshot.PrepareAsync(query.Sort);
        _branding.Refresh();
        var style = _branding.Current;
        try
        {
            using var body = await RenderAsync(request.PathBase.Value + mount, slice, format, path, style, context.RequestAborted);
            if (IndexHeaders.Set(context, slice, format, body, style.Policy) && RequestMethod.IsGet(request.Method))
            {
                await body.SendAsync(context.Response.BodyWriter, context.RequestAborted);
            }
        }
        catch (PageTooLargeException error)
        {
            DirectoryIndexLog.PageTooLarge(_logger, $"{mount}/{ShownName.Of(path)}", error.Message);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            context.Response.Headers.CacheControl = "no-store";
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read the rest.
        }
    }

    private async Task<RenderedBody> RenderAsync(
        string mount, IndexSlice slice, IndexFormat format, byte[] path, Branding.Styled style, CancellationToken cancellationToken)
    {
        var readme = format == IndexFormat.Html && slice.Query.Page == 1 && _readme is not null
            ? await _readme.FindAsync(slice.Snapshot, path)
            : default;
        return slice.Count <= QuicklyRendered
            ? await RenderNowAsync()
            : await Task.Run(RenderNowAsync, cancellationToken);

        Task<RenderedBody> RenderNowAsync()
        {
            switch (format)
            {
                case IndexFormat.Json:
                    var shown = PageFactory.ShownPath(PageFactory.Breadcrumbs(mount, path));
                    return RenderedBody.CreateAsync(output => JsonListing.WriteAsync(slice, shown, output));
                case IndexFormat.Text:
                    return RenderedBody.CreateAsync(output => TextListing.WriteAsync(slice, output));
                default:
                    return _pages.WriteAsync(PageFactory.Create(slice, mount, path, _branding, style, readme), cancellationToken);
            }
        }
    }

    private static void SetUnavailable(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers.CacheControl = "no-store";
    }

    private static IDirectoryIndexRenderer? RendererOf(DirectoryIndexOptions options, string contentRoot, ILogger logger)
        => options.GetRenderer() is { } renderer ? renderer
            : string.IsNullOrEmpty(options.TemplateFile) ? null
            : new TemplateRenderer(WatchedFile.Open(Path.GetFullPath(options.TemplateFile, contentRoot), logger), logger);
}
