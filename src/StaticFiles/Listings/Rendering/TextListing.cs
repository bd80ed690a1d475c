using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.Listings.Requests;
using Aeronet.AspNetCore.StaticFiles.Names;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>The list as plain text: time, size and name on a line, a directory's size a dash and its name with a slash.</summary>
internal static class TextListing
{
    private const int SizeWidth = 15;

    public static Task WriteAsync(IndexSlice slice, TextWriter output)
    {
        for (var i = 0; i < slice.Count; i++)
        {
            ref readonly var entry = ref slice[i];
            output.Write(DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedSeconds)
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            output.Write((entry.IsDirectory ? "-" : entry.Size.ToString(CultureInfo.InvariantCulture)).PadLeft(SizeWidth));
            output.Write(' ');
            output.Write(ShownName.Of(slice.Snapshot.NameOf(entry)));
            output.Write(entry.IsDirectory ? "/\n" : "\n");
        }

        return Task.CompletedTask;
    }
}
