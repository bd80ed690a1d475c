using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Tls.KeyLog;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Aeronet.AspNetCore.Transport.Tls.Tickets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>
/// The door of the room: the SSL_CTX of each host of an endpoint, of one reading of its options. Not disposed once handshakes may have it:
/// they keep it until they end, OpenSSL counts the sessions of a context, and the last count is given up by the handle's finalizer.
/// </summary>
internal sealed class TlsContexts : IDisposable
{
    private static readonly TimeSpan s_listsWait = TimeSpan.FromSeconds(5);

    private readonly HostTable<TlsHostContext> _hosts;
    private readonly bool _guards;

    /// <param name="settings">The endpoint's.</param>
    /// <param name="endpointProtocols">Its HTTP versions.</param>
    /// <param name="ticketKeys">Has the keys of session tickets; not asked where no host gives any.</param>
    /// <param name="stapler">Has the staples of certificates; null for none.</param>
    /// <exception cref="InvalidOperationException">A certificate or an option cannot be used; the message says which and why.</exception>
    internal TlsContexts(TlsSettings settings, HttpProtocols endpointProtocols, EndpointTicketKeys? ticketKeys, TlsStapler? stapler = null)
    {
        var options = settings.Options;
        RefuseUnknown = options.RefuseUnknownHosts;
        KestrelRules = settings.KestrelHostRules;
        _hosts = new HostTable<TlsHostContext>(deepWildcards: KestrelRules);

        // Where Kestrel's hosts are all there are, the default certificate is nobody's.
        Default = new TlsHostContext(new TlsHost(settings, options, null, endpointProtocols), KestrelRules && RefuseUnknown ? null : stapler);
        KeepsHello = options.Fingerprints || options.OnClientHello is not null;
        KeepsReceiving = options.Ktls != KtlsMode.Disabled && KernelTls.MustKeepReceiving;

        // Such a version shows the records of a connection only where a callback was set when their keys were (SslSession.ControlRecords).
        KeepsWatching = KeepsReceiving || OpenSslLibrary.IsAtLeast(3, 2);
        foreach (var (name, host) in options.Hosts)
        {
            var context = new TlsHostContext(new TlsHost(settings, host, name, endpointProtocols), stapler);
            _hosts.Add(HostNames.TryNormalize(name)!, context);
        }

        if (Named.Prepend(Default).Any(context => context.Host.IsResumable))
        {
            TicketKeys = ticketKeys?.Take(settings);

            // A handshake's tickets stay with the context it began with: SSL_set_SSL_CTX does not move them (session_ctx in OpenSSL's source).
            TicketKeys?.SetLifetime(Default.Pointer, options.SessionTickets.Lifetime);
        }

        _guards = TlsHostGuard.IsNeededFor(Default.Host, Hosts);
    }

    internal TlsHostContext Default { get; }

    /// <summary>What the session tickets of all hosts are under; null where there are none.</summary>
    internal TicketKeyRing? TicketKeys { get; }

    /// <summary>The contexts of the hosts that have a name.</summary>
    internal IEnumerable<TlsHostContext> Named => _hosts.Values;

    /// <summary>The staples of all hosts.</summary>
    internal IEnumerable<HostStaples> Staples => Named.Prepend(Default).Select(context => context.Staples).OfType<HostStaples>();

    /// <summary>Whether a client that names a host which is not there is refused.</summary>
    internal bool RefuseUnknown { get; }

    internal bool KestrelRules { get; }

    /// <summary>Where secrets are written; null for nowhere.</summary>
    internal KeyLogFile? KeyLog { get; init; }

    /// <summary>Whether somebody wants to see ClientHellos.</summary>
    internal bool KeepsHello { get; }

    /// <summary>Whether what a client of TLS 1.3 sends is to be kept out of the kernel.</summary>
    internal bool KeepsReceiving { get; }

    /// <summary>Whether a handshake is watched to its last message.</summary>
    internal bool KeepsWatching { get; }

    /// <summary>The context of the host a client asked for; null when there is none.</summary>
    internal TlsHostContext? Find(string name) => _hosts.Find(name);

    /// <summary>The hosts that have a name.</summary>
    internal IEnumerable<TlsHost> Hosts => _hosts.Values.Select(context => context.Host);

    /// <summary>What a connection that a host let in by a version of TLS may ask for; null for everything.</summary>
    internal IHostGuard? GuardOf(TlsHost connected, SslProtocols version, string? group) =>
        _guards ? new TlsHostGuard(connected, () => version, PostQuantum.Is(group), name => (_hosts.Find(name) ?? Default).Host) : null;

    /// <summary>Waits until each revocation list that is fetched is there, or was tried to be had; not for long.</summary>
    internal void AwaitRevocationLists() =>
        Task.WaitAll([.. Named.Prepend(Default).SelectMany(context => context.Verifier?.Lists ?? []).Select(list => list.Tried)], s_listsWait);

    public void Dispose()
    {
        Default.Dispose();
        foreach (var context in _hosts.Values)
        {
            context.Dispose();
        }
    }
}
