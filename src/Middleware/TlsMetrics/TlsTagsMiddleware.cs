using Aeronet.AspNetCore.Middleware.Pipeline;
using Aeronet.AspNetCore.Middleware.Tls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>Puts tags on https requests while somebody listens to their duration.</summary>
internal sealed class TlsTagsMiddleware(RequestDelegate next, IEnumerable<string> tags)
{
    private readonly (string Name, Func<TlsInfo, object?> ValueOf)[] _tags = [.. tags.Select(name => (name, TlsTags.Find(name)!))];

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { MetricsDisabled: false } metrics
            && TlsFacts.Read(context.Features) is { } tls)
        {
            var mayHaveTags = Reexecution.Is(context);
            foreach (var (name, valueOf) in _tags)
            {
                if (valueOf(tls) is { } value && !(mayHaveTags && Has(metrics.Tags, name)))
                {
                    metrics.Tags.Add(new(name, value));
                }
            }
        }

        return next(context);
    }

    private static bool Has(ICollection<KeyValuePair<string, object?>> tags, string name) => tags.Any(tag => tag.Key == name);
}
