using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Page;

/// <summary>
/// The page: one document with its style and script inside, which its policy allows by their hashes and nothing besides. Put together
/// once, when it is mapped.
/// </summary>
internal sealed class DashboardPage
{
    // In the order in which they use each other.
    private static readonly string[] Scripts = ["units.js", "history.js", "plot.js", "tables.js", "tiles.js", "endpoints.js", "views.js", "stream.js"];

    private readonly byte[] _html;
    private readonly string _policy;

    public DashboardPage(AeronetDashboardOptions options, string title)
    {
        var style = EmbeddedText.Find("charts.css") + EmbeddedText.Read("dashboard.css");
        var own = string.Concat(Scripts.Select(EmbeddedText.Read));
        var script = $"{EmbeddedText.Find("charts.js")}\n(() => {{\n\"use strict\";\n{own}}})();\n";
        var html = EmbeddedText.Read("dashboard.html")
            .Replace("@@interval@@", Milliseconds(options.Interval), StringComparison.Ordinal)
            .Replace("@@history@@", Milliseconds(options.History), StringComparison.Ordinal)
            .Replace("@@style@@", style, StringComparison.Ordinal)
            .Replace("@@script@@", script, StringComparison.Ordinal)
            .Replace("@@title@@", WebUtility.HtmlEncode(title), StringComparison.Ordinal);
        _html = Encoding.UTF8.GetBytes(html);

        // Style that scripts set through the object model is not subject to it (CSP level 3, section 8.3).
        _policy = $"default-src 'none'; script-src {Hash(script)}; style-src {Hash(style)}; connect-src 'self'; img-src data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    public async Task WriteAsync(HttpContext context)
    {
        DashboardHeaders.Set(context.Response, "text/html; charset=utf-8", _policy);
        context.Response.ContentLength = _html.Length;
        await context.Response.BodyWriter.WriteAsync(_html, context.RequestAborted);
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);

    private static string Hash(string content) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";
}
