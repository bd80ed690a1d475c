using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Middleware.Hosts;
using Aeronet.AspNetCore.Middleware.HttpsRedirect;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// Host and the target of a redirect. A host that passes is its parts written again and leads where it says; what follows it in the URL is
/// printable, begins with a slash, and cannot become another host.
/// </summary>
internal sealed class HostTarget : IFuzzTarget
{
    public string Name => "host";

    public IEnumerable<byte[]> Seeds =>
    [
        "example.com:8443\n/path?q=1\n/base\n"u8.ToArray(),
        "[2001:db8::1]:443\nhttp://h/x#y\n\n"u8.ToArray(),
        "a_b.example.\n*\n\n"u8.ToArray(),
        "0x7f.1\n//evil/%2e%2e\n/b"u8.ToArray(),
        "1.2.3.4:0\nhttp:?x\n/%2F/"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        CheckHost(fields.Text());
        CheckTarget(fields.Text(), fields.Text(), Encoding.UTF8.GetString(fields.Rest));
    }

    private static void CheckHost(string text)
    {
        var meter = Meter.Start();
        var passes = HostField.TryParse(text, out var host);
        meter.StopLinear(nameof(HostField), text.Length, bytes: 0);
        if (!passes)
            return;

        Must.BePrintable(text);
        Must.Hold(host.Host.Length > 0 && host.Port is null or (>= 1 and <= 65535));
        Must.Hold(text.StartsWith(host.Host, StringComparison.Ordinal) && text[host.Host.Length..] is var port && (port is "" or ":" || port.TrimStart(':').TrimStart('0') == $"{host.Port}"));
        if (!Uri.TryCreate($"https://{text}/", UriKind.Absolute, out var uri))
            return;

        Must.Hold(uri.PathAndQuery == "/" && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0, "a host is a host to clients");
        Must.Equal(host.Port ?? 443, uri.Port);
        if (host.Kind == HostKind.Name)
            Must.Equal(host.Host.ToString().ToLowerInvariant(), uri.Host);
    }

    private static void CheckTarget(string raw, string pathBase, string path)
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = raw;
        context.Request.PathBase = pathBase.Length > 0 ? new PathString("/" + pathBase.TrimStart('/')) : default;
        context.Request.Path = path.Length > 0 ? new PathString("/" + path) : default;
        var meter = Meter.Start();
        var passes = RequestTarget.TryGetPathAndQuery(context, out var target);
        meter.StopLinear(nameof(RequestTarget), raw.Length + pathBase.Length + path.Length, bytes: 600);
        if (!passes)
            return;

        Must.BePrintable(target);
        Must.Hold(target.Length == 0 || target[0] == '/', "a target begins with a slash");
        Must.Hold(!target.Contains('#', StringComparison.Ordinal) && !target.Contains(' ', StringComparison.Ordinal), "a target has no fragment");
        if (Uri.TryCreate("https://example.com" + target, UriKind.Absolute, out var uri))
            Must.Hold(uri.Host == "example.com" && uri.Port == 443, "a target is of the same host");
    }
}
