using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace BenchTable.Measuring;

/// <summary>That a server answers rightly, looked at byte by byte before it is measured.</summary>
internal static class Answer
{
    private static readonly byte[] s_plaintext = "Hello, World!"u8.ToArray();

    /// <summary>The bytes of the answer's body.</summary>
    /// <exception cref="BenchException">The answer is another than it must be.</exception>
    public static async Task<long> CheckAsync(Uri url, bool isHttp2, string work)
    {
        using var own = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(work, "cert.pem"));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => own.Equals(presented);
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, url)
        {
            Version = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
            var expected = url.AbsolutePath.StartsWith("/files/", StringComparison.Ordinal)
                ? await File.ReadAllBytesAsync(work + url.AbsolutePath).ConfigureAwait(false)
                : s_plaintext;
            var body = await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK && body.AsSpan().SequenceEqual(expected)
                ? body.Length
                : throw new BenchException($"{url} answered {(int)response.StatusCode} with {body.Length} bytes, which are not the {expected.Length} that it must");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw new BenchException($"{url} did not answer: {e.Message}");
        }
    }
}
