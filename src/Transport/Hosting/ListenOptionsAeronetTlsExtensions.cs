using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>TLS by the Aeronet transport.</summary>
public static class ListenOptionsAeronetTlsExtensions
{
    /// <summary>
    /// Terminates TLS on the endpoint as the configuration section <c>Aeronet:Tls</c> says. See
    /// <see cref="UseAeronetTls(ListenOptions, Action{AeronetTlsOptions})"/>.
    /// </summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    /// <exception cref="OptionsValidationException">The configuration has mistakes, which are listed.</exception>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    public static ListenOptions UseAeronetTls(this ListenOptions listenOptions) => Use(listenOptions, null, null);

    /// <summary>
    /// Terminates TLS on the endpoint with one certificate, instead of those of the configuration section <c>Aeronet:Tls</c>.
    /// See <see cref="UseAeronetTls(ListenOptions, Action{AeronetTlsOptions})"/>.
    /// </summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="certificate">The certificate, with its private key.</param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    /// <exception cref="OptionsValidationException">The configuration has mistakes, which are listed.</exception>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    public static ListenOptions UseAeronetTls(this ListenOptions listenOptions, X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Use(listenOptions, null, options =>
        {
            options.Certificates.Clear();
            options.Certificates.Add(certificate);
        });
    }

    /// <summary>Terminates TLS on the endpoint as a configuration section of its own says, which has the keys of <c>Aeronet:Tls</c>.</summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="configuration">The section. <c>Aeronet:Tls</c> is not read.</param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    /// <exception cref="OptionsValidationException">The configuration has mistakes, which are listed.</exception>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    public static ListenOptions UseAeronetTls(this ListenOptions listenOptions, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Use(listenOptions, configuration, null);
    }

    /// <summary>As <see cref="UseAeronetTls(ListenOptions, IConfiguration)"/>, with options changed after they were read.</summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="configuration">The section. <c>Aeronet:Tls</c> is not read.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    /// <exception cref="OptionsValidationException">The configuration has mistakes, which are listed.</exception>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    public static ListenOptions UseAeronetTls(this ListenOptions listenOptions, IConfiguration configuration, Action<AeronetTlsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(configure);
        return Use(listenOptions, configuration, configure);
    }

    /// <summary>
    /// Terminates TLS on the endpoint by OpenSSL 3, bound straight to the connection's socket, with kernel TLS where the
    /// kernel has it.
    /// </summary>
    /// <remarks>
    /// Adds Kestrel's <c>UseHttps</c> behind it with the same policies, which passes through what is done already and does
    /// the work where OpenSSL 3 is missing, the connection is another transport's, or a connection middleware in front of this has
    /// replaced its transport; what it cannot do as strictly (revocation lists, groups, signature algorithms, cipher lists that
    /// are not plain names) then fails the start, or in the last case the connection. A middleware in front that only reads first
    /// is no obstacle. Features that expose an <c>SslStream</c> are absent. With <c>CreateSlimBuilder</c>, call <c>UseKestrelHttpsConfiguration</c>.
    /// </remarks>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="configure">
    /// Changes the options after they were read from the configuration section <c>Aeronet:Tls</c>, if there is one; at the start, and
    /// on the thread pool each time they are read again (<see cref="AeronetTlsOptions.ReloadCertificates"/>).
    /// </param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    /// <exception cref="OptionsValidationException">The configuration has mistakes, which are listed.</exception>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    public static ListenOptions UseAeronetTls(this ListenOptions listenOptions, Action<AeronetTlsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Use(listenOptions, null, configure);
    }

    private static ListenOptions Use(ListenOptions listenOptions, IConfiguration? configuration, Action<AeronetTlsOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(listenOptions);
        var services = listenOptions.ApplicationServices;
        var source = new TlsSource(configuration ?? TlsEndpoint.SectionOf(services), files =>
        {
            var settings = TlsEndpoint.ReadSettings(services, configuration, files);
            configure?.Invoke(settings.Options);
            return settings;
        });
        return TlsEndpoint.Use(listenOptions, source.Read(), source);
    }
}
