using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>
/// Reads a list as its writer means it. Providers are merged item by item, so that a later file alone could never make a list shorter: what
/// counts is what was said of the list as a whole last, and the items that came after it. JSON's <c>[]</c> says so by an empty text (since
/// .NET 10), and a text with semicolons is a whole list as well.
/// </summary>
internal static class ConfigurationList
{
    /// <summary>
    /// The items, without what was there before the list was given as a whole; none where nothing came after that; null where nobody says
    /// anything of it.
    /// </summary>
    /// <param name="configuration">The application's, whose providers tell who said what.</param>
    /// <param name="list">The list's key in it.</param>
    public static IReadOnlyList<IConfigurationSection>? ItemsOf(IConfiguration configuration, IConfigurationSection list)
    {
        if (!IsGiven(configuration, list))
        {
            IConfigurationSection[] items = [.. list.GetChildren()];
            return items.Length == 0 ? null : items;
        }

        return [.. SourceOf(configuration, list).GetSection(list.Path).GetChildren()];
    }

    /// <summary>
    /// Where the items are read from: configuration itself, or a copy of what came after the list was given as a whole, because an item that is
    /// a section would else have keys of the one that stood in its place before.
    /// </summary>
    /// <param name="configuration">The application's.</param>
    /// <param name="list">The list's key in it.</param>
    public static IConfiguration SourceOf(IConfiguration configuration, IConfigurationSection list)
    {
        if (!IsGiven(configuration, list))
        {
            return configuration;
        }

        // One for each provider, so that of a list within an item, too, it can be told what was said last.
        var later = new ConfigurationBuilder();
        foreach (var provider in ProvidersOf(configuration).TakeWhile(provider => !Says(provider, list.Path)).Reverse())
        {
            later.AddInMemoryCollection(Within(provider, list.Path));
        }

        return later.Build();
    }

    /// <summary>Whether the list was given as a whole, and counts. Not by its value: a configuration within another one hides an empty text.</summary>
    /// <param name="configuration">The application's.</param>
    /// <param name="list">The list's key in it.</param>
    public static bool IsGiven(IConfiguration configuration, IConfigurationSection list)
    {
        foreach (var provider in ProvidersOf(configuration))
        {
            if (Says(provider, list.Path))
            {
                return true;
            }

            if (GivesListOf(provider, list.Path))
            {
                return false;
            }
        }

        return configuration is not IConfigurationRoot && list.Value is not null;
    }

    /// <summary>All providers, the last first; those of a configuration within another one by one.</summary>
    public static IEnumerable<IConfigurationProvider> ProvidersOf(IConfiguration configuration)
    {
        foreach (var provider in (configuration as IConfigurationRoot)?.Providers.Reverse() ?? [])
        {
            // Hosts put their own configuration, of environment and command line, into that of the application.
            if (provider is ChainedConfigurationProvider { Configuration: IConfigurationRoot inner })
            {
                foreach (var one in ProvidersOf(inner))
                {
                    yield return one;
                }
            }
            else
            {
                yield return provider;
            }
        }
    }

    /// <summary>Whether a provider gives a list as a whole that a key lies within, so that nothing before it counts for the key.</summary>
    public static bool GivesListOf(IConfigurationProvider provider, string key)
    {
        for (var list = ConfigurationPath.GetParentPath(key); list is not null; (key, list) = (list, ConfigurationPath.GetParentPath(list)))
        {
            if (int.TryParse(ConfigurationPath.GetSectionKey(key), out _) && Says(provider, list))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Says(IConfigurationProvider provider, string path) => provider.TryGet(path, out var value) && value is not null;

    private static IEnumerable<KeyValuePair<string, string?>> Within(IConfigurationProvider provider, string path)
    {
        foreach (var key in provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var child = ConfigurationPath.Combine(path, key);
            if (provider.TryGet(child, out var value))
            {
                yield return new(child, value);
            }

            foreach (var pair in Within(provider, child))
            {
                yield return pair;
            }
        }
    }
}
