using Aeronet.AspNetCore.StaticFiles.Files;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>Chooses between a file and its variants by Accept-Encoding (RFC 9110 section 12.5.3).</summary>
internal static class AcceptEncoding
{
    private const int NotListed = -1;

    /// <summary>
    /// Finds the representation of <paramref name="file"/> that the client likes best; of those liked equally, a coding before none, and
    /// codings in the server's order. False when the client refuses all there are.
    /// </summary>
    public static bool TryChoose(StringValues field, OpenFile file, out OpenFile chosen)
    {
        chosen = file;
        if (field.Count == 0)
        {
            // Any coding would be acceptable; but who does not mention them may not know them.
            return true;
        }

        var variants = file.Variants;
        Span<int> weights = stackalloc int[variants.Length];
        weights.Fill(NotListed);
        var (identity, any) = (NotListed, NotListed);
        foreach (var line in field)
        {
            ReadLine(line, variants, weights, ref identity, ref any);
        }

        var best = 0;
        for (var i = 0; i < variants.Length; i++)
        {
            var weight = weights[i] == NotListed ? any : weights[i];
            if (weight > best && weight >= identity)
            {
                (best, chosen) = (weight, variants[i]);
            }
        }

        // Not listed, it is acceptable unless "*;q=0" excludes it.
        return best > 0 || (identity == NotListed ? any != 0 : identity > 0);
    }

    /// <summary>Whether the file as it is would be acceptable: unless it, or everything that is not listed, is refused.</summary>
    public static bool AllowsIdentity(StringValues field)
    {
        var (identity, any) = (NotListed, NotListed);
        foreach (var line in field)
        {
            ReadLine(line, [], [], ref identity, ref any);
        }

        return identity == NotListed ? any != 0 : identity > 0;
    }

    private static void ReadLine(ReadOnlySpan<char> line, OpenFile[] variants, Span<int> weights, ref int identity, ref int any)
    {
        foreach (var range in line.Split(','))
        {
            var member = line[range];
            var semicolon = member.IndexOf(';');
            var name = (semicolon < 0 ? member : member[..semicolon]).Trim(" \t");
            var weight = semicolon < 0 ? 1000 : ReadWeight(member[(semicolon + 1)..].Trim(" \t"));
            if (weight == NotListed)
            {
                continue;
            }

            if (name is "*")
            {
                any = weight;
            }
            else if (name.Equals("identity", StringComparison.OrdinalIgnoreCase))
            {
                identity = weight;
            }

            for (var i = 0; i < variants.Length; i++)
            {
                if (variants[i].Description.Coding!.IsNamed(name))
                {
                    weights[i] = weight;
                }
            }
        }
    }

    // Section 12.4.2: thousandths, 0 to 1000. What is no weight leaves its member out.
    private static int ReadWeight(ReadOnlySpan<char> text)
    {
        if (text is not ['q' or 'Q', '=', '0' or '1', .. var fraction] || fraction.Length > 4)
        {
            return NotListed;
        }

        if (!fraction.IsEmpty && (fraction[0] != '.' || fraction[1..].ContainsAnyExceptInRange('0', '9')))
        {
            return NotListed;
        }

        var weight = text[2] == '1' ? 1000 : 0;
        for (int i = 1, unit = 100; i < fraction.Length; i++, unit /= 10)
        {
            weight += (fraction[i] - '0') * unit;
        }

        return weight > 1000 ? NotListed : weight;
    }
}
