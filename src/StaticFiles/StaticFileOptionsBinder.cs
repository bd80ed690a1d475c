using Aeronet.AspNetCore.Transport.Configuration;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>Binds <c>Aeronet:StaticFiles</c>, which is for every mount, and then the section of one mount.</summary>
/// <param name="configuration">The application's.</param>
/// <param name="mount">The mount's own section; null without a list of mounts.</param>
internal sealed class StaticFileOptionsBinder(IConfiguration configuration, IConfigurationSection? mount) : IConfigureOptions<AeronetStaticFileOptions>
{
    /// <summary>The key of the list of mounts.</summary>
    public const string MountsKey = "Mounts";

    /// <summary>The sections of the list of mounts; none where there is no list.</summary>
    public static IReadOnlyList<IConfigurationSection> MountsOf(IConfiguration configuration) =>
        ConfigurationList.ItemsOf(configuration, configuration.GetSection(AeronetStaticFileOptions.SectionName).GetSection(MountsKey)) ?? [];

    public void Configure(AeronetStaticFileOptions options)
    {
        // The list of mounts is no option of a mount: left in, it would be an unknown key.
        var all = configuration.GetSection(AeronetStaticFileOptions.SectionName);
        Bind(all, options, [all.GetSection(MountsKey).Path]);
        if (mount is not null)
        {
            Bind(mount, options, []);
        }
    }

    private void Bind(IConfigurationSection section, AeronetStaticFileOptions options, List<string> hidden)
    {
        // What is to be bound in place of what is hidden.
        var shown = new List<KeyValuePair<string, string?>>();

        // The binder would add to what a list has.
        ClearIfSet(nameof(options.DefaultDocuments), options.DefaultDocuments);
        ClearIfSet(nameof(options.CacheControlRules), options.CacheControlRules);
        ClearIfSet(nameof(options.Precompressed), options.Precompressed);
        try
        {
            Without(section, hidden, shown).Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException error)
        {
            // Its message names the key and the value; as an options failure it is reported like the others.
            throw new OptionsValidationException(Options.DefaultName, typeof(AeronetStaticFileOptions), [PrintableText.Escape(error.Message)]);
        }

        void ClearIfSet<T>(string key, IList<T> list)
        {
            var child = section.GetSection(key);
            if (ConfigurationList.ItemsOf(configuration, child) is { } items)
            {
                list.Clear();
                if (ConfigurationList.IsGiven(configuration, child))
                {
                    hidden.AddRange(child.GetChildren().Select(item => item.Path));
                    shown.AddRange(items.SelectMany(item => item.AsEnumerable()));
                }
            }
        }
    }

    // A copy, if there is something to hide.
    private static IConfigurationSection Without(
        IConfigurationSection section, List<string> hidden, IEnumerable<KeyValuePair<string, string?>> shown)
    {
        if (!hidden.Any(path => section.GetSection(path[(section.Path.Length + 1)..]).Exists()))
        {
            return section;
        }

        var rest = section.AsEnumerable().Where(pair => !hidden.Any(path => IsWithin(pair.Key, path))).Concat(shown).Where(pair => pair.Value is not null);
        return new ConfigurationBuilder().AddInMemoryCollection(rest).Build().GetSection(section.Path);
    }

    private static bool IsWithin(string key, string path) => key.StartsWith(path, StringComparison.OrdinalIgnoreCase)
        && (key.Length == path.Length || key[path.Length] == ConfigurationPath.KeyDelimiter[0]);
}
