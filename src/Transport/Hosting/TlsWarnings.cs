using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Says at start what is allowed and rarely meant.</summary>
internal static class TlsWarnings
{
    // Of each application, because several endpoints may share a file.
    private static readonly ConditionalWeakTable<IServiceProvider, ConcurrentDictionary<string, bool>> s_warnedFiles = [];

    internal static void Report(ListenOptions listenOptions, TlsSettings settings, ILogger logger)
    {
        var files = s_warnedFiles.GetOrCreateValue(listenOptions.ApplicationServices);
        foreach (var file in settings.ExposedKeyFiles.Where(file => files.TryAdd(file, true)))
        {
            TransportLog.KeyReadableByAll(logger, file);
        }

        var endpoint = settings.Options;
        foreach (var (name, host) in endpoint.Hosts.Select(host => ((string?)host.Key, host.Value)).Prepend((null, endpoint)))
        {
            var asked = host.ClientCertificates ?? endpoint.ClientCertificates ?? TlsClientCertificates.Disabled;
            if (asked != TlsClientCertificates.Disabled
                && host.TrustedClientAuthorities.Count + endpoint.TrustedClientAuthorities.Count == 0
                && (host.ClientCertificateValidation ?? endpoint.ClientCertificateValidation) is null)
            {
                TransportLog.EveryAuthorityTrusted(
                    logger, settings.NameOf(nameof(endpoint.ClientCertificates), name), TlsEndpoint.NameOf(listenOptions), asked, settings.NameOf(nameof(endpoint.TrustedClientAuthorities), name));
            }
        }
    }
}
