using System.Net.Security;
using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Fallback;

/// <summary>
/// An endpoint's policies for Kestrel's own HTTPS, which serves where OpenSSL or the transport is missing. It is never asked
/// to be less strict: a host whose policy it cannot hold is not served.
/// </summary>
internal sealed class KestrelFallback
{
    private readonly HostTable<FallbackHost> _hosts;
    private readonly bool _refuseUnknown;
    private readonly bool _kestrelRules;
    private readonly bool _guards;
    private readonly ILogger _logger;

    internal KestrelFallback(TlsSettings settings, HttpProtocols endpointProtocols, ILogger logger)
    {
        var options = settings.Options;
        _logger = logger;
        _kestrelRules = settings.KestrelHostRules;
        _hosts = new HostTable<FallbackHost>(deepWildcards: _kestrelRules);
        _refuseUnknown = options.RefuseUnknownHosts;
        Default = new FallbackHost(new TlsHost(settings, options, null, endpointProtocols));
        foreach (var (name, host) in options.Hosts)
        {
            _hosts.Add(HostNames.TryNormalize(name)!, new FallbackHost(new TlsHost(settings, host, name, endpointProtocols)));
        }

        _guards = TlsHostGuard.IsNeededFor(Default.Host, Hosts);
    }

    internal FallbackHost Default { get; }

    /// <summary>The hosts that have a name.</summary>
    internal IEnumerable<TlsHost> Hosts => _hosts.Values.Select(host => host.Host);

    /// <param name="endPoint">The endpoint, for messages.</param>
    /// <param name="reason">Why Kestrel's HTTPS serves it.</param>
    /// <param name="guardsRequests">Whether the transport's hook looks at each request, though it does not do the TLS.</param>
    /// <exception cref="InvalidOperationException">Kestrel cannot hold a policy; the message says which and whose.</exception>
    internal void EnsureHolds(string endPoint, string reason, bool guardsRequests)
    {
        if (!guardsRequests && _guards && Hosts.Append(Default.Host).Any(host => !host.IsOpen))
        {
            throw new InvalidOperationException(
                $"TLS on {endPoint} has hosts that ask for client certificates, and nothing keeps requests for them off other hosts' connections: call UseAeronetTransport, which answers those 421.");
        }

        foreach (var host in _hosts.Values.Prepend(Default))
        {
            if (host.Lacks is { } option)
            {
                throw new InvalidOperationException(
                    $"TLS on {endPoint} is Kestrel's ({reason}), which cannot do {option} of {host.Host.Name}: take it out, or let OpenSSL and UseAeronetTransport serve the endpoint.");
            }
        }
    }

    internal ValueTask<SslServerAuthenticationOptions> SelectAsync(TlsHandshakeCallbackContext context)
    {
        // Null where QUIC's client sends none, whatever the declaration says.
        var name = context.ClientHelloInfo.ServerName ?? "";
        var host = _hosts.Find(name);
        var isTooLong = HostNames.WithoutRoot(name).Length > HostNames.MaxLength;
        if (isTooLong || (host is null && _refuseUnknown && (name.Length > 0 || _kestrelRules)))
        {
            throw new AuthenticationException($"The host '{name}' is not known.");
        }

        host ??= Default;
        if (host.Lacks is { } option)
        {
            throw new AuthenticationException($"Kestrel's TLS cannot do {option} of {host.Host.Name}.");
        }

        if (_guards)
        {
            var features = context.Connection.Features;
            features.Set<IHostGuard>(new TlsHostGuard(
                host.Host, () => features.Get<ITlsHandshakeFeature>()?.Protocol ?? SslProtocols.None, isPostQuantum: false, requested => (_hosts.Find(requested) ?? Default).Host));
        }

        var options = host.CreateOptions(_logger, context.Connection.ConnectionId);
        if (context.SslStream is null)
        {
            // HTTP/3: the QUIC transport sets its own, and would find none in common with those of TCP.
            options.ApplicationProtocols = null;
        }

        return ValueTask.FromResult(options);
    }
}
