using System.Globalization;

namespace Aeronet.AspNetCore.Middleware.Metering;

/// <summary>The tags of a measurement, in the order in which they were recorded.</summary>
internal sealed class TagSet
{
    private readonly KeyValuePair<string, object?>[] _tags;

    public TagSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _tags = tags.ToArray();
        Hash = HashOf(tags);
    }

    /// <summary>What stands for all tag sets beyond those that are kept apart, by OpenTelemetry's name for it.</summary>
    public static TagSet Overflow { get; } = new([new("otel.metric.overflow", true)]);

    public int Hash { get; }

    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => _tags;

    /// <summary>A tag's value as text, lower case if it is a truth value; null if there is no such tag.</summary>
    public string? this[string key]
    {
        get
        {
            foreach (var tag in _tags)
            {
                if (tag.Key == key)
                {
                    return tag.Value is bool truth ? (truth ? "true" : "false") : Convert.ToString(tag.Value, CultureInfo.InvariantCulture);
                }
            }

            return null;
        }
    }

    // Values only: the keys of an instrument hardly differ, and equality looks at them.
    public static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = tags.Length;
        foreach (ref readonly var tag in tags)
        {
            hash = (hash * 31) + (tag.Value?.GetHashCode() ?? 0);
        }

        return hash;
    }

    public bool Holds(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length)
        {
            return false;
        }

        for (var i = 0; i < tags.Length; i++)
        {
            if (tags[i].Key != _tags[i].Key || !Equals(tags[i].Value, _tags[i].Value))
            {
                return false;
            }
        }

        return true;
    }
}
