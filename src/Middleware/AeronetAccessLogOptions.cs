using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// Options of the access log. Bound from the configuration section <c>Aeronet:AccessLog</c>, then changed in code, then validated
/// when the application starts. A change of configuration is taken over while the application runs, if it is right.
/// </summary>
public sealed class AeronetAccessLogOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:AccessLog";

    /// <summary>
    /// <c>Common</c>, <c>Combined</c>, <c>Json</c>, or a template such as <c>{remote} "{method} {path}" {status}</c>.
    /// </summary>
    /// <remarks>Defaults to <c>Combined</c>.</remarks>
    public string Format { get; set; } = "Combined";

    /// <summary>Whether lines go to the standard output.</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool Stdout { get; set; }

    /// <summary>
    /// Whether each request is an event of the log category <c>Aeronet.AspNetCore.Middleware.AccessLog</c>, with named values; these
    /// events pass by the queue and <see cref="Format"/>.
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool Logger { get; set; }

    /// <summary>The level of events of <see cref="Logger"/>, of responses below 400. <see cref="LogLevel.None"/> writes none.</summary>
    /// <remarks>Defaults to <see cref="LogLevel.Information"/>.</remarks>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>The level of those of 400 to 499.</summary>
    /// <remarks>Defaults to <see cref="LogLevel.Information"/>.</remarks>
    public LogLevel ClientErrorLevel { get; set; } = LogLevel.Information;

    /// <summary>The level of those of 500 and above.</summary>
    /// <remarks>Defaults to <see cref="LogLevel.Warning"/>.</remarks>
    public LogLevel ServerErrorLevel { get; set; } = LogLevel.Warning;

    /// <summary>Paths whose requests are left out, with all below them, regardless of case: health checks, say.</summary>
    /// <remarks>Defaults to empty.</remarks>
    public IList<string> ExcludePaths { get; set; } = [];

    /// <summary>
    /// Whether requests that Kestrel refuses while it reads them have lines too, with what it understood of them. They reach no middleware.
    /// <see cref="ExcludePaths"/> holds for them too, and so do the prefixes of routes if only those have the log.
    /// </summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool RefusedRequests { get; set; } = true;

    /// <summary>The file that lines go to.</summary>
    /// <remarks>None unless <see cref="AeronetAccessLogFileOptions.Path"/> is set.</remarks>
    public AeronetAccessLogFileOptions File { get; } = new();

    /// <summary>The bytes of lines that may wait to be written; 4096 or more.</summary>
    /// <remarks>Defaults to 1048576.</remarks>
    public int QueueSize { get; set; } = 1024 * 1024;

    /// <summary>What happens to a line when the queue is full.</summary>
    /// <remarks>Defaults to <see cref="AccessLogOverflow.Drop"/>.</remarks>
    public AccessLogOverflow Overflow { get; set; }

    /// <summary>How long a line may wait for others to be written with; 0 to 1 min. Half a queue is written at once.</summary>
    /// <remarks>Defaults to 1 s.</remarks>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Addresses and networks (<c>10.0.0.0/8</c>) of proxies, and <c>unix</c> for who connects to a Unix socket. Only what they say of
    /// the client in <see cref="ForwardedHeader"/> is believed.
    /// </summary>
    /// <remarks>Defaults to empty: <c>remote</c> is the connection's address.</remarks>
    public IList<string> KnownProxies { get; set; } = [];

    /// <summary>The field in which proxies list addresses, the nearest one last. <c>Forwarded</c> is read by RFC 7239.</summary>
    /// <remarks>Defaults to <c>X-Forwarded-For</c>.</remarks>
    public string ForwardedHeader { get; set; } = "X-Forwarded-For";

    /// <summary>Query keys whose values are not written, in the target and in <c>Referer</c>; regardless of case.</summary>
    /// <remarks>Defaults to keys that carry tokens and passwords.</remarks>
    public IList<string> RedactQuery { get; set; } =
        ["access_token", "id_token", "refresh_token", "token", "api_key", "apikey", "client_secret", "secret", "password", "sig"];

    /// <summary>Fields whose values are not written.</summary>
    /// <remarks>Defaults to those that carry credentials.</remarks>
    public IList<string> RedactHeaders { get; set; } =
        ["Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key"];

    /// <summary>Whether nothing differs.</summary>
    internal bool IsSameAs(AeronetAccessLogOptions other) =>
        Format == other.Format
        && Stdout == other.Stdout
        && Logger == other.Logger
        && Level == other.Level
        && ClientErrorLevel == other.ClientErrorLevel
        && ServerErrorLevel == other.ServerErrorLevel
        && RefusedRequests == other.RefusedRequests
        && ExcludePaths.SequenceEqual(other.ExcludePaths)
        && File.IsSameAs(other.File)
        && QueueSize == other.QueueSize
        && Overflow == other.Overflow
        && FlushInterval == other.FlushInterval
        && KnownProxies.SequenceEqual(other.KnownProxies)
        && ForwardedHeader == other.ForwardedHeader
        && RedactQuery.SequenceEqual(other.RedactQuery)
        && RedactHeaders.SequenceEqual(other.RedactHeaders);
}
