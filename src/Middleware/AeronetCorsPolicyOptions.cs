namespace Aeronet.AspNetCore.Middleware;

/// <summary>A CORS policy: who may read responses, and what requests they may send (Fetch standard, "HTTP-CORS protocol").</summary>
public sealed class AeronetCorsPolicyOptions
{
    /// <summary>
    /// The origins that are let in, as browsers write them: <c>https://example.com</c>, <c>https://*.example.com</c> for every name
    /// below that one at any depth, <c>http://localhost:*</c> for every port, <c>*</c> for every origin, or <c>null</c> for pages
    /// without one. ASCII only (punycode), without trailing slash, path and default port. Pages of extensions and applications have origins of
    /// their own, <c>chrome-extension://ID</c>, <c>app://HOST</c>.
    /// </summary>
    /// <remarks>Needed: at least one.</remarks>
    public IList<string> Origins { get; set; } = [];

    /// <summary>Whether requests may carry cookies, client certificates and HTTP authentication of the browser's.</summary>
    /// <remarks>Defaults to <see langword="false"/>. Not needed for an <c>Authorization</c> field that a script sets.</remarks>
    public bool Credentials { get; set; }

    /// <summary>
    /// The methods that are allowed beside GET, HEAD and POST, which always are; <c>*</c> for all. Compared with regard to case.
    /// </summary>
    /// <remarks>Defaults to empty.</remarks>
    public IList<string> Methods { get; set; } = [];

    /// <summary>
    /// The request fields that scripts may set; <c>*</c> for all, except, without <see cref="Credentials"/>, <c>Authorization</c>,
    /// which has to be named beside it.
    /// </summary>
    /// <remarks>Defaults to empty: only those that need no permission.</remarks>
    public IList<string> RequestHeaders { get; set; } = [];

    /// <summary>The response fields that scripts may read; <c>*</c> for all, which needs <see cref="Credentials"/> off.</summary>
    /// <remarks>Defaults to empty: only those that need no permission.</remarks>
    public IList<string> ExposedHeaders { get; set; } = [];

    /// <summary>How long a browser may keep the answer to a preflight, in whole seconds; zero forbids it. At most a day.</summary>
    /// <remarks>Defaults to <see langword="null"/>: the browser's 5 seconds.</remarks>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>
    /// Whether pages of a public network may reach this server in a private one (<c>Access-Control-Request-Private-Network</c>).
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>: such preflights are refused.</remarks>
    public bool PrivateNetwork { get; set; }

    /// <summary>
    /// The origins that may see detailed resource timing (<c>Timing-Allow-Origin</c>), without wildcards except <c>*</c> for all. They
    /// are sent with every response: images and scripts are fetched without an <c>Origin</c> to compare.
    /// </summary>
    /// <remarks>Defaults to empty.</remarks>
    public IList<string> TimingOrigins { get; set; } = [];

    /// <summary>
    /// Allows origins of http that are not loopback together with <see cref="Credentials"/>: whoever is on the path between user and server
    /// can then act for the user. Not needed for pages of extensions and applications (<c>chrome-extension://</c>, <c>app://</c>).
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool DangerousInsecureOrigins { get; set; }

    /// <summary>
    /// Allows every name below a public suffix (https://publicsuffix.org), such as <c>https://*.github.io</c>, together with
    /// <see cref="Credentials"/>: anybody can have a name there, and can then act for the user.
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool DangerousPublicSuffixes { get; set; }
}
