using System.Text;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>A response, read whole.</summary>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Set by the end of the pipeline: the middleware passed the request on.</summary>
    public bool WasPassedOn => Headers.ContainsKey("X-Next");

    public string Text => Encoding.UTF8.GetString(Body);

    public string? this[string name] => Headers.GetValueOrDefault(name);

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            headers[name] = values.ToString();
        }

        var hasBody = response.RequestMessage!.Method != HttpMethod.Head || response.Content.Headers.ContentLength is null or 0;
        return new Answer((int)response.StatusCode, headers, hasBody ? await response.Content.ReadAsByteArrayAsync() : []);
    }
}
