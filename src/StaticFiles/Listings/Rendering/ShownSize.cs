using System.Globalization;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>Sizes for people: binary units (IEC 80000-13), one decimal below ten.</summary>
internal static class ShownSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    public static string Of(long bytes)
    {
        double value = bytes;
        var unit = 0;

        // 1023.5 would be written 1024 of the smaller unit.
        while (value >= 1023.5 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        var format = unit > 0 && value < 9.95 ? "0.0" : "0";
        return string.Concat(value.ToString(format, CultureInfo.InvariantCulture), " ", Units[unit]);
    }
}
