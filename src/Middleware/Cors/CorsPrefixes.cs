using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>
/// The prefixes of a pipeline that have policies of their own. Whatever part of the pipeline answers asks here, so that a preflight is
/// judged by the policy that the request after it will get, wherever the prefix stands.
/// </summary>
internal sealed class CorsPrefixes
{
    private const string Key = "Aeronet.CorsPrefixes";

    private readonly IApplicationBuilder _app;
    private (PathString Prefix, string Policy)[] _longestFirst = [];

    private CorsPrefixes(IApplicationBuilder app) => _app = app;

    /// <summary>Those of a pipeline. A branch has its own: what its paths begin with is not known here.</summary>
    public static CorsPrefixes Of(IApplicationBuilder app)
    {
        // A branch begins with the properties of the pipeline that it leaves.
        if (app.Properties.TryGetValue(Key, out var found) && found is CorsPrefixes prefixes && prefixes._app == app)
        {
            return prefixes;
        }

        prefixes = new CorsPrefixes(app);
        app.Properties[Key] = prefixes;
        return prefixes;
    }

    /// <summary>Adds a prefix, in place of the same one from before. To be called before requests come.</summary>
    public void Add(PathString prefix, string policy) => _longestFirst =
    [
        .. _longestFirst.Where(other => other.Prefix != prefix).Append((Prefix: prefix, Policy: policy))
            .OrderByDescending(other => other.Prefix.Value?.Length ?? 0),
    ];

    /// <summary>The policy of the longest prefix that a path is below; null if none has it.</summary>
    public string? Find(PathString path)
    {
        foreach (var (prefix, policy) in _longestFirst)
        {
            if (path.StartsWithSegments(prefix))
            {
                return policy;
            }
        }

        return null;
    }
}
