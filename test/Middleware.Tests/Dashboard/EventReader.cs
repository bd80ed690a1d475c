using System.Text.Json.Nodes;

namespace Aeronet.AspNetCore.Middleware.Tests.Dashboard;

/// <summary>Reads the figures of an event stream.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventReader(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _reader = new StreamReader(stream);
    }

    public static async Task<EventReader> OpenAsync(HttpClient client)
    {
        var response = await client.GetAsync(DashboardSite.Path + "/events", HttpCompletionOption.ResponseHeadersRead)
            .OrTimeout("the stream's head");
        response.EnsureSuccessStatusCode();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new EventReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next figures; null at the end of the stream.</summary>
    public async Task<JsonNode?> NextAsync()
    {
        while (true)
        {
            var line = await _reader.ReadLineAsync().OrTimeout("a line of the stream");
            if (line is null)
                return null;

            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return JsonNode.Parse(line[6..]);
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}
