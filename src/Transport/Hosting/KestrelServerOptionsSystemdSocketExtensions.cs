using Aeronet.AspNetCore.Transport.Succession;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Endpoints on sockets that systemd passes, by their names.</summary>
public static class KestrelServerOptionsSystemdSocketExtensions
{
    /// <summary>Listens on the sockets of a name that the service manager started this process with (<c>FileDescriptorName=</c>, systemd.socket(5)).</summary>
    /// <remarks>
    /// Not needed where endpoints have the addresses of the sockets: the transport recognises those. The name is that of the socket unit unless
    /// <c>FileDescriptorName=</c> gives another.
    /// </remarks>
    /// <param name="options">Kestrel's options.</param>
    /// <param name="name">The name, for example <c>https</c>.</param>
    /// <returns><paramref name="options"/>.</returns>
    /// <exception cref="InvalidOperationException">No socket of that name was passed.</exception>
    public static KestrelServerOptions ListenSystemdSocket(this KestrelServerOptions options, string name) => ListenSystemdSocket(options, name, static _ => { });

    /// <summary>As <see cref="ListenSystemdSocket(KestrelServerOptions, string)"/>, with the endpoint configured, for example by <c>UseAeronetTls()</c>.</summary>
    /// <param name="options">Kestrel's options.</param>
    /// <param name="name">The name, for example <c>https</c>.</param>
    /// <param name="configure">Configures the endpoint; called for each socket of the name.</param>
    /// <returns><paramref name="options"/>.</returns>
    /// <exception cref="InvalidOperationException">No socket of that name was passed.</exception>
    public static KestrelServerOptions ListenSystemdSocket(this KestrelServerOptions options, string name, Action<ListenOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        var all = SocketActivation.OfThisProcess;
        var named = all.Where(socket => socket.Name == name).ToList();
        if (named.Count == 0)
        {
            var passed = all.Count == 0 ? "no sockets were passed" : $"what was passed is named {string.Join(", ", all.Select(socket => $"'{socket.Name}'"))}";
            throw new InvalidOperationException(
                $"There is no socket named '{name}' ({passed}): set FileDescriptorName={name} in the socket unit, and start the service by it.");
        }

        named.ForEach(socket => options.ListenHandle((ulong)socket.Descriptor, configure));
        return options;
    }
}
