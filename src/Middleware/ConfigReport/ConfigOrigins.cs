using Aeronet.AspNetCore.Transport.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.FileProviders;

namespace Aeronet.AspNetCore.Middleware.ConfigReport;

/// <summary>Says which of configuration's providers a setting came from: the last one that has it.</summary>
internal sealed class ConfigOrigins(IConfiguration configuration)
{
    // What the framework's hosts cut off the names of environment variables.
    private static readonly string[] Prefixes = ["", "ASPNETCORE_", "DOTNET_"];

    // Of other packages: vaults, and files such as /run/secrets.
    private static readonly string[] SecretStores = ["Secret", "Vault", "KeyPerFile"];

    /// <summary>
    /// The origins of a key's value, and of what is below it (a list may come from several files); empty if there is none. Where a list was
    /// given anew, by <c>[]</c> for one, those from before have no part in it.
    /// </summary>
    public IReadOnlyList<ConfigOrigin> Find(string key)
    {
        var items = ConfigurationList.ItemsOf(configuration, configuration.GetSection(key)) ?? [];
        var own = items.Count > 0 ? null : FindValue(key);
        return [.. items.SelectMany(child => Find(child.Path)).Prepend(own ?? default).Where(origin => origin.Name is not null).Distinct()];
    }

    private ConfigOrigin? FindValue(string key)
    {
        foreach (var provider in ConfigurationList.ProvidersOf(configuration))
        {
            if (provider.TryGet(key, out var value) && value is not null)
            {
                return Name(provider, key);
            }

            if (ConfigurationList.GivesListOf(provider, key))
            {
                return null;
            }
        }

        return null;
    }

    private static ConfigOrigin Name(IConfigurationProvider provider, string key) => provider switch
    {
        FileConfigurationProvider { Source: var source } when IsUserSecrets(source) => new("user secrets", IsSecretStore: true),
        FileConfigurationProvider { Source.Path: { } path } => new(path),
        EnvironmentVariablesConfigurationProvider => new($"environment variable {VariableOf(key)}"),
        CommandLineConfigurationProvider => new("command line"),
        MemoryConfigurationProvider => new("code"),
        _ => NameByType(provider),
    };

    private static bool IsUserSecrets(FileConfigurationSource source) =>
        source.FileProvider is PhysicalFileProvider { Root: var root } && root.Contains("usersecrets", StringComparison.OrdinalIgnoreCase);

    // The variable as it is spelled there: names are compared regardless of case.
    private static string VariableOf(string key)
    {
        return Environment.GetEnvironmentVariables().Keys.Cast<string>().FirstOrDefault(name => Prefixes.Any(prefix => IsKey(name, prefix)))
            ?? key.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal);

        bool IsKey(string name, string prefix) => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            && name[prefix.Length..].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)
                .Equals(key, StringComparison.OrdinalIgnoreCase);
    }

    private static ConfigOrigin NameByType(IConfigurationProvider provider)
    {
        const string Suffix = "ConfigurationProvider";
        var name = provider.GetType().Name;
        var isSecretStore = SecretStores.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
        return new(name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name, isSecretStore);
    }
}
