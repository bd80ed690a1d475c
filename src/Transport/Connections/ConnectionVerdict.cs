using System.Collections;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// Takes the tags that the server gives a connection's metrics where nobody measures them, and remembers the one that says why it ended.
/// </summary>
internal sealed class ConnectionVerdict : IConnectionMetricsTagsFeature, ICollection<KeyValuePair<string, object?>>
{
    private const string ErrorType = "error.type";

    private KeyValuePair<string, object?> _error;

    public ICollection<KeyValuePair<string, object?>> Tags => this;

    public int Count => _error.Key is null ? 0 : 1;

    public bool IsReadOnly => false;

    /// <summary>The <c>error.type</c> among tags, if there is one.</summary>
    internal static string? Of(ICollection<KeyValuePair<string, object?>> tags)
    {
        foreach (var (key, value) in tags)
        {
            if (key == ErrorType)
            {
                return value as string;
            }
        }

        return null;
    }

    public void Add(KeyValuePair<string, object?> item)
    {
        if (item.Key == ErrorType)
        {
            _error = item;
        }
    }

    public void Clear() => _error = default;

    public bool Contains(KeyValuePair<string, object?> item) => Count > 0 && _error.Equals(item);

    public void CopyTo(KeyValuePair<string, object?>[] array, int arrayIndex)
    {
        if (Count > 0)
        {
            array[arrayIndex] = _error;
        }
    }

    public bool Remove(KeyValuePair<string, object?> item)
    {
        var removes = Contains(item);
        if (removes)
        {
            Clear();
        }

        return removes;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        if (Count > 0)
        {
            yield return _error;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
