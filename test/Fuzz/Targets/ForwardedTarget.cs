using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// X-Forwarded-For and Forwarded. Who is not known is believed nothing; one more known proxy at the end changes nothing; lines are one list;
/// what was read as an address is written so; entries are taken to the last.
/// </summary>
internal sealed class ForwardedTarget : IFuzzTarget
{
    private const int MostHops = 32;

    private static readonly IPAddress s_proxy = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress s_stranger = IPAddress.Parse("203.0.113.9");

    public string Name => "forwarded";

    public IEnumerable<byte[]> Seeds =>
    [
        "198.51.100.1, 10.0.0.2\nfor=198.51.100.1, for=\"[2001:db8::1]:4711\";proto=https"u8.ToArray(),
        "[2001:db8::17]:47011\r 198.51.100.2:80\nFor=\"a\\\"b,c\" , for=10.1.1.1;by=10.0.0.9"u8.ToArray(),
        "unknown, ::ffff:10.0.0.3,,\nfor=_hidden; for=1.2.3.4"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        Check("X-Forwarded-For", fields.Header(), ", 10.0.0.7");
        Check("Forwarded", fields.Header(), ", for=10.0.0.7");
        CheckEntries(System.Text.Encoding.Latin1.GetString(input));
    }

    private static void Check(string field, StringValues lines, string hop)
    {
        var client = new ClientAddress(["10.0.0.0/8", "2001:db8:ffff::/48"], field);
        var length = lines.Sum(line => line!.Length);
        var context = Request(s_proxy, field, lines);
        var meter = Meter.Start();
        var found = client.Find(context);
        meter.StopLinear(nameof(ClientAddress), length, steps: 120);

        Must.Hold(found is not null && !found.IsIPv4MappedToIPv6, "the client has an address, of IPv4 where it is one");
        Must.Equal(s_stranger, client.Find(Request(s_stranger, field, lines)), "a stranger");
        Must.Equal(null, client.Find(Request(null, field, lines)), "who has no address");
        if (lines.Count == 0 || lines.Sum(line => line!.Count(c => c == ',') + 1) >= MostHops)
            return;

        // Of proxies alone, the last that says so is the client.
        if (IPNetwork.Parse("10.0.0.0/8").Contains(found) || IPNetwork.Parse("2001:db8:ffff::/48").Contains(found))
            return;

        var more = new StringValues([.. lines.SkipLast(1), lines[^1] + hop]);
        Must.Equal(found, client.Find(Request(s_proxy, field, more)), "the client behind a proxy more");
        if (field == "X-Forwarded-For")
            Must.Equal(found, client.Find(Request(s_proxy, field, string.Join(',', (IEnumerable<string?>)lines))), "the client in one line");
    }

    private static void CheckEntries(string text)
    {
        var rest = text.AsSpan();
        var taken = 0;
        while (!rest.IsEmpty && ++taken <= MostHops)
        {
            var before = rest.Length;
            var element = ForwardedFor.TakeLastElement(ref rest);
            Must.Hold(rest.Length < before && element.Length <= before, "taking comes to an end");
            if (ForwardedFor.TryParseElement(element, out var said))
                MustReadAgain(said);
        }

        foreach (var entry in text.Split(',', MostHops))
        {
            if (ForwardedFor.TryParse(entry, out var address))
                MustReadAgain(address);
        }
    }

    private static void MustReadAgain(IPAddress address)
    {
        var isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var written = isIPv6 ? $"[{address}]" : address.ToString();
        Must.Hold(!isIPv6 || address.ScopeId == 0, "no zone is taken");
        Must.Hold(ForwardedFor.TryParse(written, out var again) && again.Equals(address), "an address reads as it is written");
        Must.Hold(ForwardedFor.TryParse(written + ":80", out again) && again.Equals(address), "an address with a port is the same");
        Must.Hold(ForwardedFor.TryParseElement($"proto=http; FOR=\"{written}:1\"", out again) && again.Equals(address), "an element says the same");
    }

    private static DefaultHttpContext Request(IPAddress? remote, string field, StringValues lines)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = remote;
        if (lines.Count > 0)
            context.Request.Headers[field] = lines;

        return context;
    }
}
