using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>Adds names to a <c>Vary</c> field: those that it does not have yet, and none to one that says everything (<c>*</c>).</summary>
internal static class VaryField
{
    private static readonly string[] OriginNames = ["Origin"];
    private static readonly string[] PreflightNames =
        ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers", FetchNames.RequestPrivateNetwork];

    private static readonly StringValues OriginField = "Origin";
    private static readonly StringValues PreflightField = string.Join(", ", PreflightNames);

    public static void AddOrigin(IHeaderDictionary headers) => Add(headers, OriginNames, OriginField);

    public static void AddPreflight(IHeaderDictionary headers) => Add(headers, PreflightNames, PreflightField);

    private static void Add(IHeaderDictionary headers, string[] names, StringValues field)
    {
        var present = headers.Vary;
        if (present.Count == 0)
        {
            headers.Vary = field;
            return;
        }

        var missing = 0;
        foreach (var name in names)
        {
            missing += Contains(present, name) ? 0 : 1;
        }

        if (missing > 0 && !Contains(present, "*"))
        {
            headers.Vary = Merge(present, names);
        }
    }

    private static string Merge(StringValues present, string[] names) => string.Join(
        ", ", [.. present.Where(line => line?.Length > 0), .. names.Where(name => !Contains(present, name))]);

    private static bool Contains(StringValues lines, string name)
    {
        foreach (var line in lines)
        {
            var text = line.AsSpan();
            foreach (var range in text.Split(','))
            {
                if (text[range].Trim(" \t").Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
