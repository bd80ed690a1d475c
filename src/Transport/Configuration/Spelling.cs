namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Finds what a misspelled name was meant to be.</summary>
internal static class Spelling
{
    /// <summary>The name that differs least from <paramref name="word"/>, in at most a third of its letters; null when there is none.</summary>
    internal static string? Nearest(string word, IEnumerable<string> names)
    {
        var nearest = names.Select(name => (Name: name, Distance: Distance(word.ToUpperInvariant(), name.ToUpperInvariant()))).MinBy(candidate => candidate.Distance);
        return nearest.Name is { } name && nearest.Distance <= Math.Max(1, Math.Min(word.Length, name.Length) / 3) ? name : null;
    }

    // The number of letters to insert, remove or replace (Levenshtein), one row of the table at a time.
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 0; i < from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < to.Length; j++)
            {
                var replaced = diagonal + (from[i] == to[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, 1 + Math.Min(row[j], diagonal));
            }
        }

        return row[^1];
    }
}
