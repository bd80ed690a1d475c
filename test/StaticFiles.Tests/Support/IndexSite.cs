using System.Text.Json;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>Sites that list directories.</summary>
internal static class IndexSite
{
    /// <summary>Starts one; nothing is kept between requests, so that every change is seen at once.</summary>
    public static Task<TestSite> StartAsync(
        ServerKind server, Action<DirectoryIndexOptions>? index = null, Action<AeronetStaticFileOptions>? options = null)
        => TestSite.StartAsync(server, o =>
        {
            o.DirectoryIndex.Enabled = true;
            o.DirectoryIndex.CacheSize = 0;
            options?.Invoke(o);
            index?.Invoke(o.DirectoryIndex);
        });

    /// <summary>The names listed at a path, in order, directories with a slash.</summary>
    public static async Task<string[]> NamesAsync(this TestSite site, string target)
    {
        using var json = await site.JsonAsync(target);
        return [.. json.RootElement.GetProperty("entries").EnumerateArray().Select(
            e => e.GetProperty("name").GetString() + (e.GetProperty("type").GetString() == "directory" ? "/" : ""))];
    }

    /// <summary>The listing at a path as JSON.</summary>
    public static async Task<JsonDocument> JsonAsync(this TestSite site, string target)
    {
        var answer = await site.GetAsync(target, "Accept: application/json");
        Assert.Equal(200, answer.Status);
        return JsonDocument.Parse(answer.Body);
    }
}
