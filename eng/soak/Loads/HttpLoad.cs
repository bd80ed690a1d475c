using System.Net;
using System.Net.Security;
using System.Security.Cryptography;

namespace Soak.Loads;

/// <summary>Requests of HttpClient: <paramref name="send"/> sends one and looks at the answer.</summary>
/// <param name="name">What it is called in the report.</param>
/// <param name="clients">How many do it side by side.</param>
/// <param name="rest">How long each rests.</param>
/// <param name="version">HTTP/1.1 or 2, and nothing else.</param>
/// <param name="lifetime">How long a connection is kept for more requests.</param>
/// <param name="send">Does it once.</param>
internal sealed class HttpLoad(string name, int clients, TimeSpan rest, Version version, TimeSpan lifetime, Func<HttpClient, CancellationToken, Task> send) : ILoad
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = lifetime,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Trust.Accept },
    })
    {
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromMinutes(1),
    };

    public string Name => name;

    public int Clients => clients;

    public TimeSpan Rest => rest;

    public Task RunAsync(CancellationToken cancellation) => send(_client, cancellation);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }

    /// <summary>Asks for a text.</summary>
    public static async Task ExpectAsync(HttpClient client, Uri address, string expected, CancellationToken cancellation)
    {
        var text = await client.GetStringAsync(address, cancellation);
        if (text != expected)
            throw new WrongAnswerException($"{address} answered '{text}' for '{expected}'");
    }

    /// <summary>Sends bytes that are not announced by length, and compares the hash of what arrived.</summary>
    public static async Task UploadAsync(HttpClient client, Uri address, CancellationToken cancellation)
    {
        var bytes = RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(1, 1 << 20));
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StreamContent(new MemoryStream(bytes)), Version = client.DefaultRequestVersion, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TransferEncodingChunked = client.DefaultRequestVersion.Major == 1 ? true : null;
        using var response = await client.SendAsync(request, cancellation);
        var hash = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation);
        if (hash != Convert.ToHexString(SHA256.HashData(bytes)))
            throw new WrongAnswerException($"of {bytes.Length} bytes others arrived");
    }

    /// <summary>Reads a file, and looks at every byte.</summary>
    public static async Task FileAsync(HttpClient client, Uri address, int length, CancellationToken cancellation)
    {
        using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellation);
        await CheckAsync(body, 0, length, cancellation);
    }

    /// <summary>Asks for one range of a file at random, or for two at once.</summary>
    public static async Task RangesAsync(HttpClient client, Uri address, CancellationToken cancellation)
    {
        var from = Random.Shared.Next(Site.LargeLength - (64 << 10));
        var length = Random.Shared.Next(1, 32 << 10);
        var several = Random.Shared.Next(2) == 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = client.DefaultRequestVersion, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Range", $"bytes={from}-{from + length - 1}{(several ? ", -10" : "")}");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode != HttpStatusCode.PartialContent)
            throw new WrongAnswerException($"a range was answered {(int)response.StatusCode}");

        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        if (!several)
        {
            await CheckAsync(body, from, length, cancellation);
            return;
        }

        using var all = new MemoryStream();
        await body.CopyToAsync(all, cancellation);
        var part = new byte[length];
        for (var i = 0; i < length; i++)
            part[i] = Site.At(from + i);

        if (all.GetBuffer().AsSpan(0, (int)all.Length).IndexOf(part) < 0)
            throw new WrongAnswerException($"two ranges were answered without the first one, {from} to {from + length - 1}");
    }

    private static async Task CheckAsync(Stream body, long from, long length, CancellationToken cancellation)
    {
        var buffer = new byte[64 << 10];
        long at = 0;
        while (await body.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            for (var i = 0; i < count; i++, at++)
            {
                if (buffer[i] != Site.At(from + at))
                    throw new WrongAnswerException($"the byte at {from + at} of a file is another");
            }
        }

        if (at != length)
            throw new WrongAnswerException($"{at} bytes came of {length}");
    }
}
