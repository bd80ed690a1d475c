using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Listings.Requests;
using Scriban.Runtime;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>The page as a template's variables. Copied by hand: nothing of it is found by reflection, which trimming would break.</summary>
internal static class TemplateVariables
{
    public static ScriptObject Of(DirectoryIndexPage page) => new()
    {
        ["title"] = page.Title,
        ["path"] = page.Path,
        ["breadcrumbs"] = ArrayOf(page.Breadcrumbs, static link => new ScriptObject { ["name"] = link.Name, ["href"] = link.Href }),
        ["parent_href"] = page.ParentHref,
        ["columns"] = ArrayOf(page.Columns, static column => new ScriptObject
        {
            ["key"] = IndexQuery.NameOf(column.Sort),
            ["href"] = column.Href,
            ["aria_sort"] = column.AriaSort,
        }),
        ["entries"] = ArrayOf(page.Entries, static entry => new ScriptObject
        {
            ["name"] = entry.Name,
            ["href"] = entry.Href,
            ["is_directory"] = entry.IsDirectory,
            ["size"] = entry.Size,
            ["size_text"] = entry.SizeText,
            ["modified"] = entry.Modified.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["modified_date"] = entry.Modified.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["modified_time"] = entry.Modified.ToString("HH:mm", CultureInfo.InvariantCulture),
        }),
        ["directory_count"] = page.DirectoryCount,
        ["file_count"] = page.FileCount,
        ["total"] = page.DirectoryCount + page.FileCount,
        ["total_text"] = (page.DirectoryCount + page.FileCount).ToString("#,0", CultureInfo.InvariantCulture),
        ["directory_count_text"] = page.DirectoryCount.ToString("#,0", CultureInfo.InvariantCulture),
        ["file_count_text"] = page.FileCount.ToString("#,0", CultureInfo.InvariantCulture),
        ["is_truncated"] = page.IsTruncated,
        ["page"] = page.PageNumber,
        ["page_count"] = page.PageCount,
        ["first_href"] = page.FirstHref,
        ["previous_href"] = page.PreviousHref,
        ["next_href"] = page.NextHref,
        ["last_href"] = page.LastHref,
        ["banner"] = page.Banner,
        ["header"] = Raw(page.HeaderHtml),
        ["footer"] = Raw(page.FooterHtml),
        ["readme_name"] = page.ReadmeName,
        ["readme"] = Raw(page.ReadmeHtml),
        ["style"] = Raw(page.Style),
        ["own_style"] = Raw(page.OwnStyle),
    };

    private static RawHtml? Raw(string? html) => html is null ? null : new RawHtml(html);

    private static ScriptArray ArrayOf<T>(IReadOnlyList<T> items, Func<T, ScriptObject> convert)
    {
        var array = new ScriptArray(items.Count);
        foreach (var item in items)
        {
            array.Add(convert(item));
        }

        return array;
    }
}
