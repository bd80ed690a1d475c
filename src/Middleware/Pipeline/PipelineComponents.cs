using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Pipeline;

/// <summary>
/// Names what is in a pipeline, first to last. The framework keeps that to itself and has no public way to ask: these two members have
/// stood since .NET 6, and where they are missing nothing is known, which costs a warning and no request.
/// </summary>
internal static class PipelineComponents
{
    // What UseMiddleware adds: a delegate of this name, whose target's text is the type of the middleware.
    private const string OfUseMiddleware = "CreateMiddleware";

    /// <summary>
    /// The full name of each middleware's type, or the name of a <see cref="PipelineStep"/>; empty if they cannot be told.
    /// </summary>
    public static IReadOnlyList<string> Of(IApplicationBuilder app)
    {
        try
        {
            return app switch
            {
                WebApplication web => NamesOf(BuilderOf(web)),
                ApplicationBuilder builder => NamesOf(builder),
                _ => [],
            };
        }
        catch (MissingMemberException)
        {
            return [];
        }
    }

    private static string[] NamesOf(ApplicationBuilder builder) => [.. ComponentsOf(builder).Select(NameOf)];

    private static string NameOf(Func<RequestDelegate, RequestDelegate> component) => component.Target switch
    {
        PipelineStep step => step.Name,
        { } target when component.Method.Name == OfUseMiddleware => target.ToString() ?? "",
        { } target => target.GetType().FullName ?? "",
        null => "",
    };

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ApplicationBuilder")]
    private static extern ApplicationBuilder BuilderOf(WebApplication app);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_components")]
    private static extern ref List<Func<RequestDelegate, RequestDelegate>> ComponentsOf(ApplicationBuilder builder);
}
