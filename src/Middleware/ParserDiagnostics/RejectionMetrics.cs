using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>Counts refusals by reason, on the meter <c>Aeronet.Middleware</c>.</summary>
internal sealed class RejectionMetrics
{
    public const string Instrument = "aeronet.requests.refused";

    private static readonly FrozenDictionary<RequestFault, KeyValuePair<string, object?>> Tags = Enum.GetValues<RequestFault>()
        .ToFrozenDictionary(fault => fault, fault => KeyValuePair.Create("aeronet.refusal.reason", (object?)NameOf(fault)));

    private readonly Counter<long> _refused;

    public RejectionMetrics(IMeterFactory? factory)
    {
#pragma warning disable CA2000 // The factory owns its meters; one without a factory lives as long as the process.
        var meter = factory?.Create("Aeronet.Middleware") ?? new Meter("Aeronet.Middleware");
#pragma warning restore CA2000
        _refused = meter.CreateCounter<long>(Instrument, "{request}", "Requests that the server refused while it read them.");
    }

    public void Refused(RequestFault fault) => _refused.Add(1, Tags[fault]);

    /// <summary>A fault as a tag's value: <c>space_before_colon</c>.</summary>
    public static string NameOf(RequestFault fault)
    {
        var name = new StringBuilder();
        foreach (var c in fault.ToString())
        {
            if (char.IsAsciiLetterUpper(c) && name.Length > 0)
            {
                name.Append('_');
            }

            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }
}
