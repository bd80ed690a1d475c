using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.StaticFiles.Hosting;

/// <summary>Binds <c>Aeronet:StaticFiles</c>, which is for every mount, and then the section of one mount.</summary>
/// <param name="configuration">The application's.</param>
/// <param name="mount">The mount's own section; null without a list of mounts.</param>
internal sealed class StaticFileOptionsBinder(IConfiguration configuration, IConfigurationSection? mount) : IConfigureOptions<AeronetStaticFileOptions>
{
    /// <summary>The key of the list of mounts.</summary>
    public const string MountsKey = "Mounts";

    /// <summary>The sections of the list of mounts; none where there is no list.</summary>
    public static IEnumerable<IConfigurationSection> MountsOf(IConfiguration configuration) =>
        configuration.GetSection(AeronetStaticFileOptions.SectionName).GetSection(MountsKey).GetChildren();

    public void Configure(AeronetStaticFileOptions options)
    {
        Bind(WithoutMounts(configuration), options);
        if (mount is not null)
        {
            Bind(mount, options);
        }
    }

    private static void Bind(IConfigurationSection section, AeronetStaticFileOptions options)
    {
        // The binder would add to what a list has.
        ClearIfSet(section, nameof(options.DefaultDocuments), options.DefaultDocuments);
        ClearIfSet(section, nameof(options.CacheControlRules), options.CacheControlRules);
        ClearIfSet(section, nameof(options.Precompressed), options.Precompressed);
        try
        {
            section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException error)
        {
            // Its message names the key and the value; as an options failure it is reported like the others.
            throw new OptionsValidationException(Options.DefaultName, typeof(AeronetStaticFileOptions), [error.Message]);
        }
    }

    private static void ClearIfSet<T>(IConfigurationSection section, string key, IList<T> list)
    {
        if (section.GetSection(key).Exists())
        {
            list.Clear();
        }
    }

    // The list is no option of a mount: left in, it would be an unknown key.
    private static IConfigurationSection WithoutMounts(IConfiguration configuration)
    {
        var section = configuration.GetSection(AeronetStaticFileOptions.SectionName);
        if (!section.GetSection(MountsKey).Exists())
        {
            return section;
        }

        var mounts = section.GetSection(MountsKey).Path;
        var rest = section.AsEnumerable().Where(pair => pair.Value is not null
            && !pair.Key.Equals(mounts, StringComparison.OrdinalIgnoreCase)
            && !pair.Key.StartsWith(mounts + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase));
        return new ConfigurationBuilder().AddInMemoryCollection(rest).Build().GetSection(AeronetStaticFileOptions.SectionName);
    }
}
