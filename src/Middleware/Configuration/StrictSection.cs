using Aeronet.AspNetCore.Transport.Configuration;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Middleware.Configuration;

/// <summary>
/// Reads a configuration section key by key, so that a value that cannot be read, or a key that does not exist, is reported by
/// name with what would be right, and all of them at once.
/// </summary>
/// <param name="configuration">The application's.</param>
/// <param name="path">The section's key in it.</param>
/// <param name="failures">Gets a line for each thing that is wrong.</param>
internal sealed class StrictSection(IConfiguration configuration, string path, OptionFailures failures)
{
    private readonly IConfigurationSection _section = configuration.GetSection(path);
    private readonly List<string> _known = [];

    /// <summary>Whether configuration has anything there.</summary>
    public bool Exists => _section.Exists();

    public void Read<T>(string key, TryParse<T> tryParse, string remedy, Action<T> apply)
    {
        var child = Child(key);
        if (child.GetChildren().Any())
        {
            RefuseShape(child, remedy);
        }
        else if (child.Value is not null)
        {
            ReadValue(child, tryParse, remedy, apply);
        }
    }

    /// <summary>
    /// Reads an array, or the framework's other way of writing one: a text with semicolons. An empty one (<c>[]</c>) is a list as well, and
    /// takes the place of the default.
    /// </summary>
    /// <param name="key">Its key.</param>
    /// <param name="remedy">What would be right.</param>
    /// <param name="apply">Gets the items.</param>
    /// <param name="keepsSecrets">
    /// Whether a list that is shorter than it is meant gives away secrets, so that items beside a text are refused: elsewhere, they take its place.
    /// </param>
    public void ReadList(string key, string remedy, Action<IList<string>> apply, bool keepsSecrets = false)
    {
        var child = Child(key);
        if (ConfigurationList.ItemsOf(configuration, child) is not { } items)
        {
            return;
        }

        if (keepsSecrets && items.Count > 0 && !string.IsNullOrWhiteSpace(child.Value))
        {
            failures.Add(
                $"{child.Path} is '{child.Value}' and {items[0].Path} is '{items[0].Value}': "
                    + "write the whole list as one text, or clear it by [] before the items.");
            return;
        }

        var texts = new List<string>();
        foreach (var item in items)
        {
            ReadValue<string>(item, ConfigurationText.TryParseString, remedy, texts.Add);
        }

        if (items.Count == 0 && child.Value is { } text)
        {
            texts.AddRange(text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }

        apply(texts);
    }

    /// <summary>Reads a section whose keys are data as well.</summary>
    public void ReadMap<TKey, TValue>(
        string key, TryParse<TKey> tryParseKey, TryParse<TValue> tryParseValue, string remedy, Action<TKey, TValue> apply)
    {
        var child = Child(key);
        RefuseText(child, remedy);
        foreach (var item in child.GetChildren())
        {
            if (tryParseKey(item.Key.Trim(), out var itemKey))
            {
                ReadValue(item, tryParseValue, remedy, value => apply(itemKey, value));
            }
            else
            {
                failures.Add($"{child.Path} has '{item.Key}': use {remedy}.");
            }
        }
    }

    /// <summary>Reads a section within this one.</summary>
    public void ReadSection(string key, Action<StrictSection> read)
    {
        var inner = new StrictSection(configuration, Child(key).Path, failures);
        read(inner);
        inner.RefuseTheRest();
    }

    /// <summary>Reads a section of sections whose keys are data.</summary>
    public void ReadSections(string key, string remedy, Action<string, StrictSection> read)
    {
        var child = Child(key);
        RefuseText(child, remedy);
        foreach (var item in child.GetChildren())
        {
            var inner = new StrictSection(configuration, item.Path, failures);
            read(item.Key, inner);
            inner.RefuseTheRest();
        }
    }

    /// <summary>Takes keys for known that somebody else reads.</summary>
    public void Expect(IEnumerable<string> keys) => _known.AddRange(keys);

    /// <summary>Reports what is there and was not read.</summary>
    public void RefuseTheRest()
    {
        var known = string.Join(", ", _known);
        RefuseText(_section, $"a section with {known}");
        foreach (var child in _section.GetChildren().Where(child => !_known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
        {
            failures.Add(Spelling.Nearest(child.Key, _known) is { } meant
                ? $"{child.Path} is not an option: did you mean {meant}?"
                : $"{child.Path} is not an option: remove it or use one of {known}.");
        }
    }

    private IConfigurationSection Child(string key)
    {
        _known.Add(key);
        return _section.GetSection(key);
    }

    // An empty text is how an empty object or array arrives from some providers.
    private void RefuseText(IConfigurationSection child, string remedy) =>
        failures.Check(string.IsNullOrEmpty(child.Value), child.Path, child.Value, remedy);

    private void RefuseShape(IConfigurationSection child, string remedy) =>
        failures.Add($"{child.Path} is not one value: use {remedy}.");

    private void ReadValue<T>(IConfigurationSection child, TryParse<T> tryParse, string remedy, Action<T> apply)
    {
        if (child.Value is not { } text)
        {
            RefuseShape(child, remedy);
        }
        else if (tryParse(text.Trim(), out var value))
        {
            apply(value);
        }
        else
        {
            failures.Add(child.Path, text, remedy);
        }
    }
}
