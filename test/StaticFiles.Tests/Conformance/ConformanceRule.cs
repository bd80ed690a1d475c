using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary>One rule of a file server: what is done, and what must be seen.</summary>
/// <param name="Section">Where it stands: a section of RFC 9110 unless another document is named.</param>
/// <param name="Text">The rule, in a few words.</param>
/// <param name="Observe">Sends the requests and says in a few words what came back.</param>
/// <param name="Right">What may come back, the wording of <paramref name="Observe"/>.</param>
internal sealed record ConformanceRule(string Section, string Text, Func<ConformanceSite, Task<string>> Observe, params string[] Right)
{
    public async Task<string> ObserveAsync(ConformanceSite site)
    {
        string seen;
        try
        {
            seen = await Observe(site);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TimeoutException or InvalidDataException or FormatException
            or Xunit.Sdk.XunitException)
        {
            seen = "no valid answer";
        }

        return seen.Trim();
    }

    public override string ToString() => $"{Section}: {Text}";
}
