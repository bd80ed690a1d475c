using System.Text;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Middleware.ConfigReport;

/// <summary>Settings as text for a terminal: three columns, a paragraph a section.</summary>
internal static class ConfigTable
{
    private const int WidestValue = 48;

    public static string Format(IReadOnlyList<ConfigRow> rows)
    {
        var keyWidth = rows.Max(row => row.Key.Length);
        var valueWidth = Math.Min(WidestValue, rows.Max(row => Shown(row).Length));
        var text = new StringBuilder();
        Append("KEY", "VALUE", "FROM");
        var section = "";
        foreach (var row in rows)
        {
            if (SectionOf(row.Key) != section)
            {
                section = SectionOf(row.Key);
                text.Append('\n');
            }

            Append(row.Key, Shown(row), row.Source);
        }

        return text.ToString();

        void Append(string key, string value, string source) =>
            text.Append(key.PadRight(keyWidth)).Append("  ").Append(value.PadRight(valueWidth)).Append("  ").Append(source).Append('\n');
    }

    private static string Shown(ConfigRow row) => string.Concat((row.Value ?? "-").Select(c => char.IsControl(c) ? ' ' : c));

    // Aeronet:Cors, and the first name alone of what is not ours.
    private static string SectionOf(string key) => string.Join(':', key.Split(ConfigurationPath.KeyDelimiter).Take(
        key.StartsWith("Aeronet:", StringComparison.OrdinalIgnoreCase) ? 2 : 1));
}
