using System.Net;
using System.Net.Http.Headers;

namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>Asks responders over HTTP (RFC 6960, appendix A.1), bounded in time and size. Outcomes are values: a responder that is down is an ordinary one.</summary>
internal sealed class OcspClient : IDisposable
{
    /// <summary>The most that a response may have; one of RSA-4096 with a delegate's certificate has 3 KiB, and every handshake carries it.</summary>
    internal const int LargestResponse = 32 * 1024;

    private const int MaxAtATime = 8;

    private readonly SemaphoreSlim _turns = new(MaxAtATime, MaxAtATime);
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 16,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),

        // The application's traces are none of the responder's business.
        ActivityHeadersPropagator = null,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <returns>The response's body, or null with what went wrong.</returns>
    internal async Task<(byte[]? Body, OcspAnswer Failure)> AskAsync(Uri responder, byte[] request, TimeSpan timeout, CancellationToken stop)
    {
        await _turns.WaitAsync(stop).ConfigureAwait(false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(timeout);
        try
        {
            return await AskAsync(responder, request, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, OcspAnswer.Failed(OcspResult.Timeout, $"{responder} did not answer within {timeout.TotalSeconds:0.###} s"));
        }
        catch (Exception e) when (!stop.IsCancellationRequested && e is not OutOfMemoryException)
        {
            // Also what a proxy of the environment makes of it.
            return (null, OcspAnswer.Failed(OcspResult.Unreachable, $"{responder} cannot be reached: {(e.InnerException ?? e).Message}"));
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<(byte[]? Body, OcspAnswer Failure)> AskAsync(Uri responder, byte[] request, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(request);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/ocsp-request");
        using var message = new HttpRequestMessage(HttpMethod.Post, responder) { Content = content };
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/ocsp-response"));
        using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return (null, OcspAnswer.Failed(OcspResult.HttpError, $"{responder} answers with HTTP status {(int)response.StatusCode}"));
        }

        var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var buffer = new byte[LargestResponse + 1];
            var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
            return length > LargestResponse
                ? (null, OcspAnswer.Failed(OcspResult.TooLarge, $"{responder} answers with more than {LargestResponse} bytes"))
                : (buffer[..length], default);
        }
    }
}
