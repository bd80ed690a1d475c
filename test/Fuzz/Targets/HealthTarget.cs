using System.Text;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Middleware.Health;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>A request to the port of the probes: answered where a plain reading of its first line asks for one, and else refused by a status.</summary>
internal sealed partial class HealthTarget : IFuzzTarget
{
    public string Name => "health";

    public IEnumerable<byte[]> Seeds =>
    [
        "GET /livez HTTP/1.1\r\nHost: a"u8.ToArray(),
        "HEAD /readyz?verbose HTTP/1.0"u8.ToArray(),
        "GET /startupz x"u8.ToArray(),
        "POST /livez HTTP/1.1"u8.ToArray(),
        "\r\n"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        // The port waits for the end of a head.
        byte[] head = [.. input, .. "\r\n\r\n"u8];
        var meter = Meter.Start();
        var request = HealthRequest.Parse(head);
        meter.StopLinear(nameof(HealthRequest), head.Length);

        Must.Equal(request.Probe is null, request.Refusal.Length > 0, "whether it is refused");
        var match = FirstLine().Match(Encoding.ASCII.GetString(head));
        Must.Equal(match.Success, request.Probe is not null, "whether it asks for a probe");
        if (!match.Success)
            return;

        Must.Equal($"/{request.Probe}z".ToLowerInvariant(), match.Groups["path"].Value);
        Must.Equal(match.Groups["method"].Value == "HEAD", request.IsHead);
    }

    [GeneratedRegex(@"\A(?<method>GET|HEAD) (?<path>/livez|/readyz|/startupz)(\?[^ \r]*)? [^ \r]*\r")]
    private static partial Regex FirstLine();
}
