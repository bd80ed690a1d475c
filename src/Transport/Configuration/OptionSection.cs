using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>
/// A section that is read key by key, so that a value that cannot be read, or a key that does not exist, is reported by
/// name with what would be right, and all of them at once.
/// </summary>
internal sealed class OptionSection
{
    private readonly List<string> _failures;
    private readonly List<string> _known = [];
    private readonly Dictionary<string, IConfigurationSection> _unread;

    /// <param name="configuration">The section, or the root of a configuration of its own.</param>
    /// <param name="failures">Gets one line for each thing that is wrong.</param>
    internal OptionSection(IConfiguration configuration, List<string> failures)
    {
        _failures = failures;
        Path = (configuration as IConfigurationSection)?.Path ?? "";
        _unread = configuration.GetChildren().ToDictionary(child => child.Key, StringComparer.OrdinalIgnoreCase);
        IsEmpty = _unread.Count == 0;
    }

    internal delegate bool Parser<T>(string text, out T value);

    internal string Path { get; }

    internal bool IsEmpty { get; }

    /// <summary>A key's full name, as in <c>Aeronet:Tls:Certificate:Path</c>.</summary>
    internal string NameOf(string key) => Path.Length == 0 ? key : ConfigurationPath.Combine(Path, key);

    /// <summary>Reports what is wrong with a key's value.</summary>
    internal void Fail(string key, string problem) => Add($"{NameOf(key)} {problem}");

    /// <summary>Reports what is wrong with the section as a whole.</summary>
    internal void Fail(string problem) => Add($"{(Path.Length == 0 ? "The configuration" : Path)} {problem}");

    /// <summary>Gives a key's value to <paramref name="apply"/> if there is one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="tryParse">Reads the value.</param>
    /// <param name="remedy">What would be right.</param>
    /// <param name="apply">Takes the value.</param>
    internal void Read<T>(string key, Parser<T> tryParse, string remedy, Action<T> apply)
    {
        if (Take(key) is not { } child)
        {
            return;
        }

        if (child.GetChildren().Any())
        {
            Fail(key, $"is a list or an object: use {remedy}.");
        }
        else if (child.Value is { } text)
        {
            if (tryParse(text.Trim(), out var value))
            {
                apply(value);
            }
            else
            {
                Fail(key, $"is '{text}': use {remedy}.");
            }
        }
    }

    /// <summary>A key's text; null when there is none.</summary>
    internal string? Text(string key)
    {
        string? result = null;
        Read<string>(key, IsText, "a text that is not empty, and has no NUL", text => result = text);
        return result;

        static bool IsText(string text, out string value)
        {
            value = text;
            return text.Length > 0 && !HasNul(text);
        }
    }

    /// <summary>A key's texts, given as a list or as one text, each with the key it has itself; null when there are none.</summary>
    internal IReadOnlyList<(string Key, string Text)>? Texts(string key)
    {
        if (Take(key) is not { } child)
        {
            return null;
        }

        var texts = new List<(string, string)>();
        foreach (var item in child.GetChildren().DefaultIfEmpty(child))
        {
            var name = item == child ? key : ConfigurationPath.Combine(key, item.Key);
            if (string.IsNullOrWhiteSpace(item.Value))
            {
                Fail(name, "is empty: give it a text, or remove it.");
            }
            else if (HasNul(item.Value))
            {
                Fail(name, $"is '{item.Value}': use a text that has no NUL.");
            }
            else
            {
                texts.Add((name, item.Value.Trim()));
            }
        }

        return texts;
    }

    /// <summary>What OpenSSL takes as one text with colons, given like that or as a list.</summary>
    internal string? Names(string key) => Texts(key) is { Count: > 0 } texts ? string.Join(':', texts.Select(text => text.Text)) : null;

    /// <summary>The section under a key; null when the key is not there.</summary>
    internal OptionSection? Section(string key)
    {
        if (Take(key) is not { } child)
        {
            return null;
        }

        if (!string.IsNullOrEmpty(child.Value))
        {
            Fail(key, $"is '{child.Value}': use an object.");
        }

        return new OptionSection(child, _failures);
    }

    /// <summary>The sections in the list or object under a key; null when the key is not there.</summary>
    internal IReadOnlyList<(string Key, OptionSection Section)>? Sections(string key)
    {
        if (Take(key) is not { } child)
        {
            return null;
        }

        if (!string.IsNullOrEmpty(child.Value))
        {
            Fail(key, $"is '{child.Value}': use a list or an object.");
        }

        return [.. child.GetChildren().Select(item => (item.Key, new OptionSection(item, _failures)))];
    }

    /// <summary>Reports the keys nobody has asked for.</summary>
    internal void RejectUnknown()
    {
        foreach (var key in _unread.Keys)
        {
            Fail(key, Spelling.Nearest(key, _known) is { } meant
                ? $"is not an option: did you mean {meant}?"
                : $"is not an option: remove it or use one of {string.Join(", ", _known)}.");
        }
    }

    // No path, address or name has one, and the framework throws at it.
    private static bool HasNul(string text) => text.Contains('\0', StringComparison.Ordinal);

    // Keys and values may hold line breaks.
    private void Add(string failure) => _failures.Add(PrintableText.Escape(failure));

    private IConfigurationSection? Take(string key)
    {
        _known.Add(key);
        return _unread.Remove(key, out var child) ? child : null;
    }
}
