using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>Hosts whose connections the kernel must encrypt.</summary>
internal static class KernelHost
{
    /// <summary>Every request is answered by a file.</summary>
    public static Task<KestrelHost> StartAsync(PatternFile file, Action<AeronetTlsOptions>? tls = null, Action<AeronetTransportOptions>? transport = null)
        => StartAsync(context => SendAsync(context, file), tls, transport);

    public static Task<KestrelHost> StartAsync(RequestDelegate handler, Action<AeronetTlsOptions>? tls = null, Action<AeronetTransportOptions>? transport = null)
        => TlsHost.StartAsync(
            handler,
            options =>
            {
                options.Ktls = KtlsMode.Required;
                tls?.Invoke(options);
            },
            transport,
            kestrel => kestrel.Limits.MaxRequestBodySize = null);

    public static Task SendAsync(HttpContext context, PatternFile file)
    {
        context.Response.ContentLength = file.Length;
        return context.Response.SendFileAsync(file.Path);
    }

    /// <summary>Bytes of files that went from the page cache to the socket, encrypted on the way by the kernel.</summary>
    public static double SentByKernel(KestrelHost host) => host.Metrics.Total("aeronet.sendfile.bytes", ("aeronet.ktls", true));
}
