namespace Aeronet.AspNetCore.Transport;

/// <summary>What a client is told whose connection is over a limit.</summary>
public enum ConnectionLimitAnswer
{
    /// <summary>Nothing: the connection is reset.</summary>
    Reset,

    /// <summary>
    /// 503 with <c>Retry-After</c> and <c>Connection: close</c> on endpoints that are known to speak HTTP/1 without TLS; others are reset.
    /// </summary>
    ServiceUnavailable,
}
