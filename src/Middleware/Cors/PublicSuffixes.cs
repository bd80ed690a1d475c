using System.Collections.Frozen;
using System.Globalization;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>
/// Names that anybody can register a name below (https://publicsuffix.org): top-level domains, the usual second level of
/// countries, the hosting services most in use, and what the system's own list has where there is one, which its
/// distribution keeps up to date. Loaded only while policies with subdomains and credentials are checked.
/// </summary>
internal sealed class PublicSuffixes
{
    // Debian and its kin: package publicsuffix; Fedora and its kin: publicsuffix-list.
    private static readonly string[] s_systemLists =
    [
        "/usr/share/publicsuffix/public_suffix_list.dat",
        "/usr/share/publicsuffix/list/public_suffix_list.dat",
    ];

    private static readonly FrozenSet<string> s_countryLevels = FrozenSet.ToFrozenSet(
    [
        "ac", "asso", "co", "com", "edu", "go", "gob", "gouv", "gov", "info", "mil", "ne", "net", "nom", "or", "org", "sch",
    ]);

    private static readonly string[] s_services =
    [
        "me.uk", "ltd.uk", "plc.uk", "nhs.uk", "police.uk", "gv.at", "id.au", "asn.au", "eu.org", "us.com", "uk.com", "de.com", "eu.com",
        "github.io", "githubpreview.dev", "gitlab.io", "bitbucket.io", "codeberg.page", "sourceforge.net", "readthedocs.io",
        "pages.dev", "workers.dev", "r2.dev", "trycloudflare.com", "netlify.app", "vercel.app", "vercel.dev", "now.sh", "surge.sh",
        "azurewebsites.net", "azurestaticapps.net", "azurecontainer.io", "azureedge.net", "azurefd.net", "cloudapp.net",
        "cloudapp.azure.com", "blob.core.windows.net", "web.core.windows.net", "trafficmanager.net", "servicebus.windows.net",
        "cloudfront.net", "s3.amazonaws.com", "amplifyapp.com", "awsapprunner.com", "elasticbeanstalk.com", "on.aws", "lambda-url.on.aws",
        "appspot.com", "run.app", "a.run.app", "cloudfunctions.net", "firebaseapp.com", "web.app", "withgoogle.com", "blogspot.com",
        "herokuapp.com", "fly.dev", "onrender.com", "up.railway.app", "ondigitalocean.app", "digitaloceanspaces.com", "deno.dev",
        "glitch.me", "repl.co", "replit.app", "replit.dev", "hf.space", "streamlit.app", "wixsite.com", "weebly.com", "wordpress.com",
        "myshopify.com", "webflow.io", "framer.app", "ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "loca.lt", "devtunnels.ms",
        "duckdns.org", "dyndns.org", "ddns.net", "hopto.org", "no-ip.org", "synology.me", "myqnapcloud.com", "ts.net",
    ];

    private readonly FrozenSet<string> _rules;

    private PublicSuffixes(IEnumerable<string> rules) => _rules = rules.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What is built in, and the first list of the system's that can be read.</summary>
    public static PublicSuffixes Load()
    {
        foreach (var path in s_systemLists)
        {
            try
            {
                return Load(File.ReadLines(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next one, or what is built in.
            }
        }

        return Load([]);
    }

    /// <summary>What is built in, and a list in the format of https://publicsuffix.org/list/.</summary>
    public static PublicSuffixes Load(IEnumerable<string> lines) =>
        new(lines.Select(ReadRule).OfType<string>().Concat(s_services));

    /// <param name="name">A DNS name in small ASCII letters.</param>
    public bool Contains(string name)
    {
        name = name.TrimEnd('.');
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return true;
        }

        if (_rules.Contains("!" + name))
        {
            return false;
        }

        return _rules.Contains(name) || _rules.Contains("*" + name[dot..]) || IsOfCountry(name, dot);
    }

    // co.uk, com.au: two letters are a country's.
    private static bool IsOfCountry(string name, int dot) => name.Length == dot + 3 && s_countryLevels.Contains(name[..dot]);

    /// <summary>A line's rule in ASCII, with its mark (<c>!</c> or <c>*</c>); null when the line has none.</summary>
    private static string? ReadRule(string line)
    {
        var rule = line.AsSpan().Trim();
        if (rule.IsEmpty || rule.StartsWith("//"))
        {
            return null;
        }

        var mark = rule.StartsWith("*.") ? "*." : rule[0] == '!' ? "!" : "";
        try
        {
            return mark + new IdnMapping().GetAscii(rule[mark.Length..].ToString());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
