using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.SendFile;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Puts <see cref="RequestHook"/> in front of the application's pipeline.</summary>
internal sealed class RequestHookStartupFilter(
    IOptions<AeronetTransportOptions> options,
    TransportMetrics metrics,
    StallReporter stalls,
    IDrainNotice drain) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(pipeline => new RequestHook(pipeline, options.Value, metrics, stalls, drain).InvokeAsync);
        next(app);
    };
}
