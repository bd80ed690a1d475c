using System.Text;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>A response, read whole unless it is enormous.</summary>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private const long MaxBody = 1L << 30;

    /// <summary>Set by the end of the pipeline: the middleware passed the request on.</summary>
    public bool WasPassedOn => Headers.ContainsKey("X-Next");

    public string Text => Encoding.UTF8.GetString(Body);

    public string? this[string name] => Headers.GetValueOrDefault(name);

    /// <summary>Sends a request and reads the answer.</summary>
    /// <param name="client">The client; its default version is used.</param>
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="verbatim">Whether the target is sent as it is; otherwise it is normalised.</param>
    /// <param name="headers">Field lines.</param>
    public static async Task<Answer> RequestAsync(HttpClient client, HttpMethod method, string target, bool verbatim, params string[] headers)
    {
        var uri = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = verbatim };
        using var request = new HttpRequestMessage(method, new Uri(client.BaseAddress!.GetLeftPart(UriPartial.Authority) + target, uri))
        {
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            Assert.True(request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim()));
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).OrTimeout($"{method} {target}");
        return await ReadAsync(response).OrTimeout($"the body of {method} {target}");
    }

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            headers[name] = values.ToString();
        }

        if (response.Content.Headers.ContentLength > MaxBody)
        {
            return new Answer((int)response.StatusCode, headers, []);
        }

        var hasBody = response.RequestMessage!.Method != HttpMethod.Head || response.Content.Headers.ContentLength is null or 0;
        return new Answer((int)response.StatusCode, headers, hasBody ? await response.Content.ReadAsByteArrayAsync() : []);
    }
}
