using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>A configuration that a test changes while the server runs.</summary>
internal sealed class ReloadableConfiguration(IEnumerable<KeyValuePair<string, string?>> initial) : IConfigurationSource
{
    private readonly Provider _provider = new(initial);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => _provider;

    public void Reload(IEnumerable<KeyValuePair<string, string?>> changes) => _provider.Change(changes);

    private sealed class Provider : ConfigurationProvider
    {
        public Provider(IEnumerable<KeyValuePair<string, string?>> initial)
        {
            foreach (var (key, value) in initial)
                Set(key, value);
        }

        public void Change(IEnumerable<KeyValuePair<string, string?>> changes)
        {
            foreach (var (key, value) in changes)
                Set(key, value);

            OnReload();
        }
    }
}
