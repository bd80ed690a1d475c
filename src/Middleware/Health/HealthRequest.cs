using System.Text;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>What a client of the probes' port asks for.</summary>
/// <param name="Probe">The probe; null where there is none to answer by.</param>
/// <param name="Refusal">The status then, with fields that belong to it; empty otherwise.</param>
/// <param name="IsHead">Whether no body is wanted.</param>
internal readonly record struct HealthRequest(Probe? Probe, string Refusal, bool IsHead)
{
    /// <summary>Reads the first line of a whole head; what follows it says nothing to a probe.</summary>
    public static HealthRequest Parse(ReadOnlySpan<byte> head)
    {
        var line = Encoding.ASCII.GetString(head[..head.IndexOf((byte)'\r')]).Split(' ');
        if (line is not [var method, var target, _])
        {
            return new HealthRequest(null, "400 Bad Request", IsHead: false);
        }

        var isHead = method == "HEAD";
        if (method != "GET" && !isHead)
        {
            return new HealthRequest(null, "405 Method Not Allowed\r\nAllow: GET, HEAD", IsHead: false);
        }

        Probe? probe = target.Split('?')[0] switch
        {
            AeronetHealth.LivePath => Health.Probe.Live,
            AeronetHealth.ReadyPath => Health.Probe.Ready,
            AeronetHealth.StartupPath => Health.Probe.Startup,
            _ => null,
        };
        return new HealthRequest(probe, probe is null ? "404 Not Found" : "", isHead);
    }
}
