using System.Globalization;

namespace Aeronet.Testing;

/// <content>Reading HTTP/1.x responses.</content>
public sealed partial class RawClient
{
    /// <summary>Sends a GET request without a body.</summary>
    public Task SendGetAsync(string path = "/", params string[] headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n");
    }

    /// <summary>Sends a GET request and reads the response.</summary>
    public async Task<RawResponse> GetAsync(string path = "/", params string[] headers)
    {
        await SendGetAsync(path, headers).ConfigureAwait(false);
        return await ReadResponseAsync().ConfigureAwait(false);
    }

    /// <summary>Reads the status line and the headers; the body stays unread.</summary>
    public async Task<RawResponse> ReadResponseHeadAsync()
        => new(await ReadUntilAsync("\r\n\r\n").ConfigureAwait(false));

    /// <summary>Reads a whole response.</summary>
    /// <param name="head">Whether it answers a HEAD request, and so has no body whatever its headers say.</param>
    public async Task<RawResponse> ReadResponseAsync(bool head = false)
    {
        var response = await ReadResponseHeadAsync().ConfigureAwait(false);
        if (head || response.StatusCode is < 200 or 204 or 205 or 304)
            return response;

        if (string.Equals(response["Transfer-Encoding"], "chunked", StringComparison.OrdinalIgnoreCase))
            await ReadChunksAsync(response).ConfigureAwait(false);
        else if (response["Content-Length"] is { } length)
            response.Body = await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture)).ConfigureAwait(false);
        else
            response.Body = await ReadBodyToCloseAsync().ConfigureAwait(false);

        return response;
    }

    /// <summary>Reads one chunk of a chunked body; empty for the last one, after which the trailers follow.</summary>
    public async Task<byte[]> ReadChunkAsync()
    {
        var line = (await ReadUntilAsync("\r\n").ConfigureAwait(false))[..^2];
        var size = int.Parse(line.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (size == 0)
            return [];

        var chunk = await ReadExactlyAsync(size).ConfigureAwait(false);
        if (await ReadUntilAsync("\r\n").ConfigureAwait(false) != "\r\n")
            throw new InvalidDataException($"The chunk of {size} bytes does not end in a line break.");

        return chunk;
    }

    /// <summary>Reads the trailer section that follows the last chunk.</summary>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ReadTrailersAsync()
    {
        var trailers = new List<KeyValuePair<string, string>>();
        string line;
        while ((line = await ReadUntilAsync("\r\n").ConfigureAwait(false)) != "\r\n")
            trailers.Add(RawResponse.ParseHeader(line[..^2]));

        return trailers;
    }

    private async Task ReadChunksAsync(RawResponse response)
    {
        using var body = new MemoryStream();
        byte[] chunk;
        while ((chunk = await ReadChunkAsync().ConfigureAwait(false)).Length > 0)
            body.Write(chunk);

        response.Body = body.ToArray();
        response.Trailers = await ReadTrailersAsync().ConfigureAwait(false);
    }

    private async Task<byte[]> ReadBodyToCloseAsync()
    {
        var (rest, end) = await ReadToEndAsync().ConfigureAwait(false);
        return end == ConnectionEnd.Finished
            ? rest
            : throw new EndOfStreamException($"Reset after {rest.Length} bytes of a body that ends with the connection.");
    }
}
