namespace Aeronet.AspNetCore.Middleware;

/// <summary>What happens to a line of the access log when the queue is full.</summary>
public enum AccessLogOverflow
{
    /// <summary>It is dropped and counted.</summary>
    Drop,

    /// <summary>The connection's next request waits until there is room. The response has left already.</summary>
    Wait,
}
