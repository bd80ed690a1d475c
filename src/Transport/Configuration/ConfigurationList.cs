using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>
/// Reads a list as its writer means it. Providers are merged item by item, so that a later file alone could never make a list shorter: what
/// counts is what was said of the list as a whole last, and the items that came after it. JSON's <c>[]</c> says so by an empty text (since
/// .NET 10), and a text with semicolons is a whole list as well.
/// </summary>
internal static class ConfigurationList
{
    /// <summary>The items; none where the list was given as a whole last, such as by <c>[]</c>; null where nobody says anything of it.</summary>
    /// <param name="configuration">The application's, whose providers tell who said what.</param>
    /// <param name="list">The list's key in it.</param>
    public static IReadOnlyList<IConfigurationSection>? ItemsOf(IConfiguration configuration, IConfigurationSection list)
    {
        IConfigurationSection[] items = [.. list.GetChildren()];
        if (list.Value is null)
        {
            return items.Length == 0 ? null : items;
        }

        IConfigurationProvider[] later = configuration is not IConfigurationRoot root ? []
            : [.. root.Providers.Reverse().TakeWhile(provider => !(provider.TryGet(list.Path, out var value) && value is not null))];
        return [.. items.Where(item => later.Any(provider => Has(provider, item.Path)))];
    }

    // The text of an item, or what is within it.
    private static bool Has(IConfigurationProvider provider, string path) =>
        provider.TryGet(path, out _) || provider.GetChildKeys([], path).Any();
}
