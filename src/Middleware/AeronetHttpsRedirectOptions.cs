namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// Options of the redirect from http to https. Bound from the configuration section <c>Aeronet:HttpsRedirect</c>, then
/// changed in code, then validated when the application starts.
/// </summary>
public sealed class AeronetHttpsRedirectOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:HttpsRedirect";

    /// <summary>The host of every target, without port, for example <c>www.example.com</c>.</summary>
    /// <remarks>Defaults to <see langword="null"/>: the host that the request names, if <see cref="AllowedHosts"/> has it.</remarks>
    public string? Host { get; set; }

    /// <summary>
    /// The hosts that a request may name to be redirected; any other is answered with 400. <c>www.example.com</c> is that name,
    /// <c>*.example.com</c> all names below it at any depth, <c>*</c> every name.
    /// </summary>
    /// <remarks>
    /// Defaults to empty: the hosts that the framework's host filtering allows (configuration key <c>AllowedHosts</c>), every
    /// name if there is no such list.
    /// </remarks>
    public IList<string> AllowedHosts { get; set; } = [];

    /// <summary>The https port for the http ports that <see cref="PortMap"/> does not have; 1 to 65535, except 80.</summary>
    /// <remarks>
    /// Defaults to <see langword="null"/>: <c>ASPNETCORE_HTTPS_PORT</c>, else the port of the server's https endpoints, else
    /// <c>ASPNETCORE_HTTPS_PORTS</c>. When none is known, a warning is logged and requests pass.
    /// </remarks>
    public int? HttpsPort { get; set; }

    /// <summary>
    /// Https ports by http port, both as clients see them: the http port is the one of the Host field, 80 if it has none.
    /// </summary>
    /// <remarks>Defaults to empty.</remarks>
    public IDictionary<int, int> PortMap { get; set; } = new Dictionary<int, int>();

    /// <summary>The status of a redirect: 301, 302, 307 or 308 (RFC 9110 section 15.4).</summary>
    /// <remarks>Defaults to 308: permanent, and the client keeps method and body.</remarks>
    public int StatusCode { get; set; } = 308;

    /// <summary>
    /// Whether GET and HEAD requests below <c>/.well-known/acme-challenge/</c> (RFC 8555 section 8.3) pass, so that a
    /// certificate can be had before there is one.
    /// </summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool AllowAcmeChallenge { get; set; } = true;

    /// <summary>The <c>Strict-Transport-Security</c> field of https responses.</summary>
    /// <remarks>Not sent unless <see cref="AeronetHstsOptions.MaxAge"/> is set.</remarks>
    public AeronetHstsOptions Hsts { get; } = new();
}
