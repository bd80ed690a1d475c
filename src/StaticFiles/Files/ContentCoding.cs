using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>A content coding that a file may lie beside its original in (RFC 9110 section 8.4.1).</summary>
internal sealed class ContentCoding
{
    private static readonly ContentCoding[] All = [new("br", ".br"), new("zstd", ".zst"), new("gzip", ".gz")];

    private ContentCoding(string name, string suffix)
    {
        Name = name;
        Field = name;
        Suffix = Encoding.ASCII.GetBytes(suffix);
    }

    /// <summary>The name in Accept-Encoding and Content-Encoding: br (RFC 7932), zstd (RFC 8878), gzip (RFC 1952).</summary>
    public string Name { get; }

    /// <summary>The Content-Encoding field.</summary>
    public StringValues Field { get; }

    /// <summary>What the name of a file in this coding ends with, behind the original's name.</summary>
    public byte[] Suffix { get; }

    /// <summary>The names that are known, for messages.</summary>
    public static string KnownNames { get; } = string.Join(", ", All.Select(c => c.Name));

    /// <summary>Those of the given names, which are known, in their order.</summary>
    public static IEnumerable<ContentCoding> FindAll(IEnumerable<string>? names)
        => (names ?? []).Select(name => TryFind(name, out var coding) ? coding : throw new ArgumentException(name, nameof(names)));

    public static bool TryFind(string? name, [NotNullWhen(true)] out ContentCoding? coding)
    {
        coding = Array.Find(All, c => c.Name == name);
        return coding is not null;
    }

    /// <summary>Whether a member of Accept-Encoding means this coding: regardless of case, and by its old name (section 8.4.1.3).</summary>
    public bool IsNamed(ReadOnlySpan<char> name)
        => name.Equals(Name, StringComparison.OrdinalIgnoreCase)
            || (name.StartsWith("x-", StringComparison.OrdinalIgnoreCase) && Name == "gzip" && name[2..].Equals(Name, StringComparison.OrdinalIgnoreCase));
}
