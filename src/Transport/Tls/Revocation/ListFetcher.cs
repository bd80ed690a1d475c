using System.Net;
using System.Net.Http.Headers;

namespace Aeronet.AspNetCore.Transport.Tls.Revocation;

/// <summary>Fetches what is published at an address, bounded in time and size.</summary>
internal sealed class ListFetcher : IDisposable
{
    /// <summary>The most bytes of a list. The largest of public authorities have some 10 MB.</summary>
    internal const int MaxLength = 32 * 1024 * 1024;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxAutomaticRedirections = 3,
        MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        UseCookies = false,

        // The application's traces are none of the authority's business.
        ActivityHeadersPropagator = null,
    })
    {
        MaxResponseContentBufferSize = MaxLength,
        Timeout = s_timeout,
    };

    /// <summary>Fetches it, unless it is what the tag is of.</summary>
    /// <param name="url">Where.</param>
    /// <param name="tag">Of the last answer; null for none.</param>
    /// <returns>The bytes, null where they have not changed, and their tag.</returns>
    /// <exception cref="HttpRequestException">There is no answer, another one than was asked for, or one that is too long.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    internal async Task<(byte[]? Bytes, EntityTagHeaderValue? Tag)> FetchAsync(Uri url, EntityTagHeaderValue? tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (tag is not null)
        {
            request.Headers.IfNoneMatch.Add(tag);
        }

        using var response = await _client.SendAsync(request).ConfigureAwait(false);
        if (tag is not null && response.StatusCode == HttpStatusCode.NotModified)
        {
            return (null, tag);
        }

        return response.StatusCode == HttpStatusCode.OK
            ? (await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false), response.Headers.ETag)
            : throw new HttpRequestException($"the server answers {(int)response.StatusCode}");
    }

    /// <summary>Whether the application has ended.</summary>
    internal bool IsDisposed { get; private set; }

    public void Dispose()
    {
        IsDisposed = true;
        _client.Dispose();
    }
}
