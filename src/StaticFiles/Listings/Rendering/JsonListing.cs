using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Aeronet.AspNetCore.StaticFiles.Listings.Requests;
using Aeronet.AspNetCore.StaticFiles.Names;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>The list as JSON (RFC 8259); docs/directory-index.md has its schema.</summary>
internal static class JsonListing
{
    public static async Task WriteAsync(IndexSlice slice, string path, PipeWriter output)
    {
        // The default encoder writes ASCII alone, so no name can turn a terminal's text round.
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("path"u8, path);
        json.WriteString("sort"u8, IndexQuery.NameOf(slice.Query.Sort));
        json.WriteString("order"u8, slice.Query.Descending ? "desc"u8 : "asc"u8);
        json.WriteNumber("page"u8, slice.Query.Page);
        json.WriteNumber("pages"u8, slice.PageCount);
        json.WriteNumber("total"u8, slice.Snapshot.Count);
        json.WriteBoolean("truncated"u8, slice.Snapshot.IsTruncated);
        json.WriteString("next"u8, slice.NextHref);
        json.WriteStartArray("entries"u8);
        for (var i = 0; i < slice.Count; i++)
        {
            WriteEntry(slice, i, json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEntry(IndexSlice slice, int index, Utf8JsonWriter json)
    {
        ref readonly var entry = ref slice[index];
        var name = slice.Snapshot.NameOf(entry);
        json.WriteStartObject();

        // The name itself, not the one to be shown; bytes that are no UTF-8 become U+FFFD, and href has them all.
        json.WriteString("name"u8, Encoding.UTF8.GetString(name));
        json.WriteString("href"u8, HrefName.OfEntry(name, entry.IsDirectory));
        json.WriteString("type"u8, entry.IsDirectory ? "directory"u8 : "file"u8);
        if (entry.IsDirectory)
        {
            json.WriteNull("size"u8);
        }
        else
        {
            json.WriteNumber("size"u8, entry.Size);
        }

        json.WriteString("modified"u8, DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedSeconds)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }
}
